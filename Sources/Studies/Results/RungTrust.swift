import Statistics

/// Whether a rung tells what the end of training tells.
package struct RungTrust: Codable, Sendable {
  /// Kendall's τ-b between scores at the first rung and at the end, over networks that no score has
  /// selected: protected ones, and some that the rung has dropped.
  package let tau: Double?
  package let interval: Interval?
  package let networks: Int
  /// Deviation that τ would have if the rung told nothing.
  package let nullDeviation: Double?
  /// Top-1 of the best network at the end minus that of the one that the rung put first.
  package let regret: Double?

  /// - Parameters:
  ///   - pairs: Scores at the rung and at the end of networks that no score has selected.
  ///   - all: The same of all networks that have both.
  init(unselected pairs: [(Double, Double)], all: [(Double, Double)], _ resampling: Resampling) {
    let kendall = KendallTau(pairs.map(\.0), pairs.map(\.1), resampling)
    tau = kendall?.value
    interval = kendall?.interval
    networks = pairs.count
    nullDeviation = KendallTau.nullDeviation(count: pairs.count)
    let chosen = all.max { $0.0 < $1.0 }
    regret = chosen.flatMap { chosen in all.map(\.1).max().map { $0 - chosen.1 } }
  }
}
