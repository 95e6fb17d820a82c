package import Boundary

/// Why pictures are not packed.
package struct PackingError: Fault {
  package let faultKind: FaultKind
  package let description: String
  package let isShared: Bool

  init(_ kind: FaultKind, _ description: String, isShared: Bool = false) {
    faultKind = kind
    self.description = description
    self.isShared = isShared
  }
}
