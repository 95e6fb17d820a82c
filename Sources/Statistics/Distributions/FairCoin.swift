/// Throws of a fair coin.
package enum FairCoin {
  /// Probability of at least `heads` heads, exact to about 12 digits.
  package static func probability(ofAtLeast heads: Int, in throwCount: Int) -> Double {
    guard heads > 0 else { return 1 }
    guard heads <= throwCount else { return 0 }
    return IncompleteBeta.value(
      Double(heads), Double(throwCount - heads + 1), at: 0.5, complement: 0.5)
  }
}
