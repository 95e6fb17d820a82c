import Foundation

/// The memory that this process and its neighbours may use.
package enum AllottedMemory {
  /// Bytes that the processes of this host, or of this control group, may have together.
  ///
  /// - Parameter root: Folder that holds `proc` and `sys`.
  package static func limit(root: String = "/") -> Double {
    let files = SystemFiles(root: root)
    return groups(files).reduce(entry("MemTotal", files) ?? .greatestFiniteMagnitude) {
      min($0, $1.limit)
    }
  }

  /// Bytes that are free: what the system could give up, or the control group has left.
  ///
  /// - Parameter root: Folder that holds `proc` and `sys`.
  package static func free(root: String = "/") -> Double {
    let files = SystemFiles(root: root)
    return groups(files).reduce(entry("MemAvailable", files) ?? .greatestFiniteMagnitude) {
      min($0, max(0, $1.limit - $1.used))
    }
  }

  private static func entry(_ name: String, _ files: SystemFiles) -> Double? {
    files.text("proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("\(name):") }
      .flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Double($0) }
      .map { $0 * 1024 }
  }

  /// Limit and use of this process' control group and of those that it lies in, where they are set.
  private static func groups(_ files: SystemFiles) -> [(limit: Double, used: Double)] {
    var result: [(limit: Double, used: Double)] = []
    for group in ControlGroup.all(of: "memory", files) {
      let (limit, used) =
        group.isUnified
        ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
      guard let limit = files.number(group.path + limit) else { continue }
      result.append((limit, files.number(group.path + used) ?? 0))
    }
    return result
  }
}
