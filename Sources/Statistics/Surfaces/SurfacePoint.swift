/// A network of the triangle with the scores of its seeds.
package struct SurfacePoint: Sendable, Equatable {
  /// What the network reached, not what was asked for.
  package let shares: MixtureShares
  /// One a seed, at least one.
  package let scores: [Double]

  /// - Precondition: There is a score; all are finite.
  package init(_ shares: MixtureShares, scores: [Double]) {
    precondition(!scores.isEmpty, "a point without scores")
    scores.requireFinite("a score")
    self.shares = shares
    self.scores = scores
  }
}
