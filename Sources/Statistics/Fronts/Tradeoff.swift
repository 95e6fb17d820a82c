/// What a network costs and what it reaches.
package struct Tradeoff: Sendable, Codable, Equatable {
  /// Less is better.
  package let cost: Double
  /// More is better.
  package let score: Double

  /// - Precondition: Both are finite.
  package init(cost: Double, score: Double) {
    [cost, score].requireFinite("a reference point")
    self.cost = cost
    self.score = score
  }
}
