import Statistics
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
  /// Mean top-1 that it was selected by, and that of the confirmation.
  package let selected, confirmed: Double?
  /// How much higher networks that no score has selected score on the images that networks are
  /// selected by than on those that confirm; nil where there are none.
  package let shift: Double?
  /// How many such networks there are; nil where there are none.
  package let unselected: Int?
  /// What the winner looked better than it is: how much lower it was confirmed, beyond that.
  package let optimism: Double?
  /// Its 95 % interval by how much networks that no score has selected differ in that; nil where
  /// there is one of them, and where all came to the same.
  package let optimismInterval: Interval?
}
