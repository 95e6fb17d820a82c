import Training

/// What one job of a study has come to: a line of the ledger.
package struct LedgerEntry: Codable, Sendable, Equatable {
  /// How a training ended.
  package enum End: String, Codable, Sendable {
    /// With a network that could be measured.
    case done
    /// With numbers that are not finite, or a loss above `training.largestLoss`: the last of its
    /// rung.
    case diverged
  }

  /// See ``Trial/identity``.
  package let identity: String
  /// Epochs trained.
  package let epochs: Int
  package let end: End
  /// Images that were seen in training.
  package let images: Int
  /// Images that were classified rightly, and all that were measured; 0 where it diverged.
  package let correct, count: Int
  /// Images whose own class is among the five most probable; nil with at most ten classes.
  package let correctTop5: Int?
  /// Mean cross-entropy in nats; nil where it diverged.
  package let loss: Double?
  /// Hash of parameters and statistics.
  package let stateSHA256: String
  /// For each image whether it was classified rightly, eight to a byte, in Base64.
  package let hits: String
  /// Why it diverged.
  package let reason: String?

  package var key: Job.Key { Job.Key(identity: identity, epochs: epochs) }

  /// For each image whether it was classified rightly; nil where ``hits`` is no such text.
  package var correctness: Correctness? { Correctness(base64: hits, count: count) }

  /// Share of images that were classified rightly; nil where it diverged.
  package var top1: Double? { end == .done ? Double(correct) / Double(count) : nil }
}

extension LedgerEntry {
  /// A job whose training has diverged.
  package init(diverged job: Job.Key, reason: String) {
    self.init(
      identity: job.identity, epochs: job.epochs, end: .diverged, images: 0, correct: 0, count: 0,
      correctTop5: nil, loss: nil, stateSHA256: "", hits: "", reason: reason)
  }
}
