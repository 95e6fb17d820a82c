/// How long a training takes, as far as the order of jobs and the size of groups are concerned; it decides
/// nothing of what a study comes to.
struct CostModel {
  /// Seconds that a rank takes for an image and a unit of cost, see ``ScaledNetwork/cost``.
  private var secondsPerUnit: Double?
  /// Seconds until the first step of a training, with those that it takes to save one.
  private(set) var startSeconds = 0.3

  /// Weight of what was measured last.
  private static let share = 0.3
  /// Seconds without a start that tell nothing.
  private static let shortest = 1e-3

  /// Learns from a job.
  ///
  /// - Parameters:
  ///   - units: What it has cost.
  ///   - ranks: Ranks of the group.
  mutating func learn(_ timing: Report.Timing, units: Double, ranks: Int) {
    let working = timing.seconds - timing.startSeconds
    startSeconds += Self.share * (timing.startSeconds - startSeconds)
    guard working > Self.shortest, units > 0 else { return }
    let rate = working * Double(ranks) / units
    secondsPerUnit = secondsPerUnit.map { $0 + Self.share * (rate - $0) } ?? rate
  }

  /// Seconds on a group of so many ranks; nil before anything was measured.
  func seconds(units: Double, ranks: Int) -> Double? {
    secondsPerUnit.map { $0 * units / Double(ranks) }
  }
}
