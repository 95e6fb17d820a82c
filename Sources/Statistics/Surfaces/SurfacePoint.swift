/// A network of the triangle with the scores of its seeds.
package struct SurfacePoint: Sendable, Equatable {
  /// What the network reached, not what was asked for.
  package let shares: MixtureShares
  /// One a seed, at least one.
  package let scores: [Double]
  /// How much each of the scores counts beside those of other points; 1 unless given.
  package let weight: Double

  /// - Precondition: There is a score; all are finite. The weight is positive and finite.
  package init(_ shares: MixtureShares, scores: [Double], weight: Double = 1) {
    precondition(!scores.isEmpty, "a point without scores")
    precondition(weight > 0, "a weight of \(weight)")
    scores.requireFinite("a score")
    [weight].requireFinite("a weight")
    self.shares = shares
    self.scores = scores
    self.weight = weight
  }
}
