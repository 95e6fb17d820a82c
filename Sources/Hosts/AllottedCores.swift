import Foundation

/// The cores of this host that this process may use.
///
/// The affinity mask tells which, and control groups how much time of them; both hold in containers
/// and batch jobs. Two processors of one core share its arithmetic units, so that a core counts
/// once.
package struct AllottedCores: Sendable, Equatable {
  /// Processors of each core in the affinity mask, in the order of the cores.
  package let cores: [[Int]]
  /// Cores' worth of time that the control groups allow; `nil` where they set no limit.
  package let quota: Double?
  /// Whether the mask has every processor of the host and no limit holds.
  package let isWholeHost: Bool

  /// The processors of all cores, in rising order.
  package var processors: [Int] { cores.joined().sorted() }

  /// The processors in the order in which ranks take them: one of each core, and then the others.
  package var seats: [Int] {
    (0..<(cores.map(\.count).max() ?? 0)).flatMap { thread in
      cores.compactMap { $0.count > thread ? $0[thread] : nil }
    }
  }

  /// Ranks that have a core each.
  package var count: Int {
    max(1, min(cores.count, quota.map { Int($0.rounded(.down)) } ?? .max))
  }

  /// Reads what the system tells this process.
  ///
  /// - Parameter root: Folder that holds `proc` and `sys`.
  package init(root: String = "/") {
    let files = SystemFiles(root: root)
    let online = Self.numbers(files.text("sys/devices/system/cpu/online") ?? "0")
    let allowed = files.text("proc/self/status")?.split(separator: "\n")
      .first { $0.hasPrefix("Cpus_allowed_list:") }
      .map { Self.numbers(String($0.dropFirst("Cpus_allowed_list:".count))) }
    let processors = (allowed ?? online).filter(online.contains)
    var siblings: [Int: [Int]] = [:]
    for processor in processors {
      let all = files.text("sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list")
      siblings[all.map(Self.numbers)?.first ?? processor, default: []].append(processor)
    }
    cores = siblings.sorted { $0.key < $1.key }.map(\.value)
    quota = Self.quota(files)
    isWholeHost = processors == online && quota.map { $0 >= Double(online.count) } ?? true
  }

  /// The numbers of a list such as `0-3,8`, in rising order.
  static func numbers(_ list: String) -> [Int] {
    list.split(separator: ",").flatMap { part in
      let ends = part.split(separator: "-").compactMap {
        Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
      }
      guard let first = ends.first, let last = ends.last, first <= last else { return [Int]() }
      return Array(first...last)
    }.sorted()
  }

  /// The tightest limit on the way from this process' control group to the root.
  private static func quota(_ files: SystemFiles) -> Double? {
    ControlGroup.all(of: "cpu", files).compactMap { group -> Double? in
      if group.isUnified {
        let values = files.text(group.path + "cpu.max")?.split(whereSeparator: \.isWhitespace)
        guard let values, values.count == 2, let time = Double(values[0]),
          let period = Double(values[1])
        else { return nil }
        return time / period
      }
      guard let time = files.number(group.path + "cpu.cfs_quota_us"), time > 0,
        let period = files.number(group.path + "cpu.cfs_period_us")
      else { return nil }
      return time / period
    }.min()
  }
}
