import Tensors

/// How far two scores bring the same networks into the same order: Kendall's τ-b.
///
/// All pairs are looked at: fit for some hundred networks.
package struct KendallTau: Sendable, Codable, Equatable {
  /// −1 for the opposite order, 1 for the same.
  package let value: Double
  /// Networks, at least 2.
  package let count: Int
  /// Percentile bounds over networks drawn again. A draw in which no order is left counts as 0.
  package let interval: Interval

  /// Compares two scores of the same networks, in the same order.
  ///
  /// - Returns: `nil` where there are fewer than two networks, or one score is the same for all.
  /// - Precondition: There are as many of both, and all are finite.
  package init?(_ first: [Double], _ second: [Double], _ resampling: Resampling = Resampling()) {
    precondition(first.count == second.count, "\(first.count) scores against \(second.count)")
    first.requireFinite("an order")
    second.requireFinite("an order")
    guard let value = Self.value(first, second) else { return nil }
    self.value = value
    count = first.count
    interval = resampling.interval(
      of: (0..<resampling.draws).map { draw in
        var random = resampling.random(draw, .networks)
        let drawn = random.indices(first.count)
        return Self.value(drawn.map { first[$0] }, drawn.map { second[$0] }) ?? 0
      })
  }

  /// Deviation of τ over all orders where the two scores have nothing in common; no ties.
  ///
  /// 0.25 for 10 networks: fewer say nothing.
  ///
  /// - Returns: `nil` for fewer than two networks.
  package static func nullDeviation(count: Int) -> Double? {
    guard count > 1 else { return nil }
    let n = Double(count)
    return (2 * (2 * n + 5) / (9 * n * (n - 1))).squareRoot()
  }

  private static func value(_ first: [Double], _ second: [Double]) -> Double? {
    var (sum, firstPairs, secondPairs) = (0, 0, 0)
    for one in first.indices {
      for other in 0..<one {
        let firstSign = sign(first[one], first[other])
        let secondSign = sign(second[one], second[other])
        sum += firstSign * secondSign
        firstPairs += firstSign * firstSign
        secondPairs += secondSign * secondSign
      }
    }
    guard firstPairs > 0, secondPairs > 0 else { return nil }
    return Double(sum) / Double(firstPairs * secondPairs).squareRoot()
  }

  private static func sign(_ one: Double, _ other: Double) -> Int {
    (one > other ? 1 : 0) - (one < other ? 1 : 0)
  }
}
