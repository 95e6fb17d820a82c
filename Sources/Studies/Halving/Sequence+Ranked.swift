extension Sequence {
  /// Numbers by their scores, the best first; of equal ones the lower number.
  func ranked<Score: Comparable>() -> [Int] where Element == (number: Int, score: Score) {
    sorted { ($1.score, $0.number) < ($0.score, $1.number) }.map(\.number)
  }
}
