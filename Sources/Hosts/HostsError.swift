/// Why a job cannot be started as asked.
public struct HostsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One line: what, where, what to do.
  public let description: String

  init(_ description: String) { self.description = description }
}
