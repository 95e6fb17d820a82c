/// Where and how long a group worked on a job: a line of `timing.jsonl`.
package struct Slot: Codable, Sendable, Equatable {
  /// See ``Trial/identity``.
  package let identity: String
  package let epochs: Int
  /// What the training is measured on.
  package let images: Trial.Images
  /// Number of the job in the study, from 1 on.
  package let number: Int
  /// Ranks of the group, and the host of its first.
  package let ranks: [Int]
  package let host: String
  /// How long, until `end`, in seconds since 1970.
  package let seconds: Double
  package let end: Double
  /// Seconds of these until the first step.
  package let startSeconds: Double
  /// Epochs that were trained in that time: fewer than the job's where it went on or diverged.
  package let trainedEpochs: Double
  /// Ranks of the job that it was part of, and when that began.
  package let rankCount: Int
  package let sessionStart: Double
}
