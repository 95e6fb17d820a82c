/// How long a training takes, as far as the order of jobs and the size of groups are concerned; it
/// decides nothing of what a study comes to.
package struct CostModel {
  /// Seconds that a rank takes for an image and a unit of cost, see ``ScaledNetwork/cost``.
  private var secondsPerUnit: Double?
  /// Seconds until the first step of a training, with those that it takes to save one.
  package private(set) var startSeconds = 0.3

  /// Weight of what was measured last.
  private static let share = 0.3
  /// Seconds without a start that tell nothing.
  private static let shortest = 1e-3

  /// Learns from a job.
  ///
  /// - Parameters:
  ///   - seconds: What it took, from its first step on.
  ///   - startSeconds: What it took until then.
  ///   - units: What was done of it in that time.
  ///   - whole: All of it: a small part tells little, for what it takes to end comes with any.
  ///   - ranks: Ranks of the group.
  package mutating func learn(
    seconds: Double, startSeconds: Double, units: Double, of whole: Double, ranks: Int
  ) {
    self.startSeconds += Self.share * (startSeconds - self.startSeconds)
    guard seconds > Self.shortest, units > 0 else { return }
    let rate = seconds * Double(ranks) / units
    let share = Self.share * min(1, units / whole)
    secondsPerUnit = secondsPerUnit.map { $0 + share * (rate - $0) } ?? rate
  }

  package init() {}

  /// Seconds on a group of so many ranks; nil before anything was measured.
  package func seconds(units: Double, ranks: Int) -> Double? {
    secondsPerUnit.map { $0 * units / Double(ranks) }
  }
}
