/// The exact sign-flip test: where there is no difference, each one could as well have the other
/// sign.
enum SignFlips {
  /// Differences up to which all flips are counted, 2²⁰; beyond, there is no result.
  static let limit = 20

  /// The share of all flips whose sum is at least as large (or small) as the measured one.
  ///
  /// - Returns: `nil` beyond ``limit``. Without differences, and where all are 0, each flip is as
  ///   good as the measured one: 1.
  static func test(_ differences: PairedDifferences) -> PValues? {
    let multiples = differences.multiples
    guard multiples.count <= limit else { return nil }
    // Flipping a set takes twice its sum away: the total is reached by the sets with no positive
    // sum.
    var (sum, notPositive, notNegative) = (0, 1, 1)
    var isFlipped = [Bool](repeating: false, count: multiples.count)
    // In the order of Gray's code each set differs from the one before in one element.
    for step in 1..<max(1, 1 << multiples.count) {
      let place = step.trailingZeroBitCount
      isFlipped[place].toggle()
      sum += isFlipped[place] ? multiples[place] : -multiples[place]
      if sum <= 0 { notPositive += 1 }
      if sum >= 0 { notNegative += 1 }
    }
    let all = Double(1 << multiples.count)
    return PValues(greater: Double(notPositive) / all, less: Double(notNegative) / all)
  }
}
