import Training

/// One training of a study: a network with a seed, on a part of the images.
///
/// Two of them are the same training where their identities are equal, in whichever study: the
/// identity is a hash of all that decides bits, of network, recipe, data and seed.
package struct Trial: Sendable {
  /// Sixteen hexadecimal digits, the name of its folder.
  package let identity: String
  /// What is trained.
  package let network: ScaledNetwork
  /// Trained with it, `training.seed`.
  package let seed: Int
  /// Epochs of its schedule.
  package let epochs: Int
  /// What it is measured on.
  package let images: Images
  /// Settings that make its configuration out of that of the study.
  let settings: [String]

  /// Images that a training is measured on.
  package enum Images: String, Codable, Sendable {
    /// Those of the training data that are held out: whatever is selected is selected by them.
    case heldOut
    /// The validation data, which nothing was selected by.
    case validation
  }
}

/// A training up to a rung, or to its end: the unit of work of a study.
package struct Job: Sendable, Hashable {
  package let trial: Trial
  /// Epochs after which it pauses and is measured, or ends.
  package let epochs: Int

  package init(_ trial: Trial, epochs: Int? = nil) {
    self.trial = trial
    self.epochs = epochs ?? trial.epochs
  }

  /// Whether it is the whole training.
  package var isWhole: Bool { epochs == trial.epochs }

  /// What tells one from another in a ledger.
  package var key: Key { Key(identity: trial.identity, epochs: epochs) }

  package struct Key: Hashable, Sendable {
    package let identity: String
    package let epochs: Int
  }

  package static func == (first: Job, second: Job) -> Bool { first.key == second.key }

  package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
