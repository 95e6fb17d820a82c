import Statistics

/// Whether a rung tells what the end of training tells.
package struct RungTrust: Codable, Sendable {
  /// Which networks' order is compared.
  package enum Sample: String, Codable, Sendable {
    /// Those that are protected from the rung, and some that were drawn by lot from what it has
    /// dropped; not those that have gone on by their score alone.
    case protectedAndDrawn
    /// Those that the short scores have chosen themselves, which lie closer together than all do.
    case finalists
  }

  package let sample: Sample
  package let networks: Int
  /// Kendall's τ-b between scores at the first rung and at the end over the sample; nil of fewer
  /// than ``leastNetworks``.
  package let tau: Double?
  package let interval: Interval?
  /// Deviation that τ would have if the rung told nothing.
  package let nullDeviation: Double?
  /// Top-1 of the best network at the end minus that of the one that the rung put first, of all
  /// that have both.
  package let regret: Double?

  /// Of four networks two of 24 orders are the same or the opposite one by chance: no τ of so few
  /// is significant at 5 %.
  package static let leastNetworks = 5

  /// - Parameters:
  ///   - sample: Which networks the pairs are of.
  ///   - pairs: Scores at the rung and at the end.
  ///   - all: The same of all networks that have both.
  init(
    _ sample: Sample, _ pairs: [(Double, Double)], all: [(Double, Double)],
    _ resampling: Resampling
  ) {
    self.sample = sample
    networks = pairs.count
    let kendall =
      pairs.count < Self.leastNetworks
      ? nil : KendallTau(pairs.map(\.0), pairs.map(\.1), resampling)
    tau = kendall?.value
    interval = kendall?.interval
    nullDeviation = kendall.flatMap { KendallTau.nullDeviation(count: $0.count) }
    let chosen = all.max { $0.0 < $1.0 }
    regret = chosen.flatMap { chosen in all.map(\.1).max().map { $0 - chosen.1 } }
  }
}
