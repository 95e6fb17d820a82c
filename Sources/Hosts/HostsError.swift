package import Boundary

/// Why a job cannot be started as asked.
package struct HostsError: Fault, Equatable {
  /// One line: what, where, what to do.
  package let description: String

  package var faultKind: FaultKind { .usage }

  init(_ description: String) { self.description = description }
}
