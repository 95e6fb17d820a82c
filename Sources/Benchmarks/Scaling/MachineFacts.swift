import Foundation

/// What a host is.
package struct MachineFacts: Sendable, Codable, Equatable {
  package let host: String
  package let processor: String
  /// Processors that a rank was left, before it was bound to one.
  package let processors: Int
  /// Policy and present rate of the clock, as far as the system tells.
  package let clock: String
  package let memoryBytes: Int

  /// Describes this host.
  package init(host: String, processors: Int) {
    self.host = host
    self.processors = processors
    let cpu = Self.lines("/proc/cpuinfo")
    processor = cpu["model name"] ?? "unknown processor"
    let folder = "/sys/devices/system/cpu/cpu0/cpufreq"
    let governor = Self.text("\(folder)/scaling_governor").map { "governor \($0)" }
    let range = Self.text("\(folder)/scaling_max_freq").flatMap { Double($0) }
      .map { "at most \(Int($0 / 1000)) MHz" }
    let parts = [
      governor ?? "the system does not tell the policy", range,
      cpu["cpu MHz"].map { "\($0) MHz now" },
    ]
    clock = parts.compactMap { $0 }.joined(separator: ", ")
    let kilobytes = Self.lines("/proc/meminfo")["MemTotal"]?.split(separator: " ").first
    memoryBytes = kilobytes.flatMap { Int($0) }.map { $0 << 10 } ?? 0
  }

  private static func text(_ file: String) -> String? {
    (try? String(contentsOfFile: file, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Values by name of a file with `name: value` on each line, the first of each.
  private static func lines(_ file: String) -> [String: String] {
    var result: [String: String] = [:]
    for line in (text(file) ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      if parts.count == 2, result[parts[0]] == nil { result[parts[0]] = parts[1] }
    }
    return result
  }
}
