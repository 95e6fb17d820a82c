/// Why a job cannot be started as asked.
package struct HostsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One line: what, where, what to do.
  package let description: String

  init(_ description: String) { self.description = description }
}
