/// What a search has reached by each of its trainings.
package enum BestSoFar {
  /// The best score after each network, in the order in which they were tried.
  ///
  /// - Precondition: All scores are finite. A network that diverged leaves the best as it was.
  package static func line(_ scores: [Double]) -> [Double] {
    scores.requireFinite("a score")
    var best = -Double.infinity
    return scores.map { score in
      best = max(best, score)
      return best
    }
  }
}
