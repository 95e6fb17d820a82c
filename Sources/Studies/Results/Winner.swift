import Training

/// The network that a study comes to.
package struct Winner: Codable, Sendable, Equatable {
  package let name: String
  /// How it was chosen.
  package let basis: String
  /// The training that its configuration repeats, with the hash of what that comes to.
  package let identity: String
  package let seed: Int
  package let stateSHA256: String
  package let top1: Double?
  /// Mean top-1 that it was selected by, that of the confirmation, and the difference: what it looked
  /// better than it is.
  package let selected, confirmed, optimism: Double?
}
