import Foundation

/// Which rank of a job a process is.
enum LaunchedRank {
  /// The rank that a launcher has numbered so.
  ///
  /// - Parameter variables: The process's environment, `NAME=VALUE` each.
  /// - Returns: Its number; `nil` for a process that is none, such as the shepherd that MPICH's
  ///   ranks have.
  static func number(_ variables: [String]) -> Int? {
    func value(_ name: String) -> Int? {
      let variable = variables.first { $0.hasPrefix("\(name)=") }
      return variable.flatMap { Int($0.dropFirst(name.utf8.count + 1)) }
    }
    if let rank = value("OMPI_COMM_WORLD_RANK") { return rank }
    // With MPICH each of several ranks knows the number of its shepherd.
    return value("PMI_SIZE") == 1 || value("EFFNET_SHEPHERD") != nil ? value("PMI_RANK") : nil
  }

  /// The variables in a file such as `/proc/PID/environ`.
  static func variables(_ bytes: Data) -> [String] {
    bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
