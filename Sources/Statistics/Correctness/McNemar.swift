/// McNemar's exact test: two trained networks on the same images.
///
/// Only the images count that one of them gets right and the other wrong. It compares these two
/// networks with their weights, not their architectures: for those, seeds are repeated.
package struct McNemar: Sendable, Codable, Equatable {
  /// Images that only the first gets right, n₁₀.
  package let onlyFirst: Int
  /// Images that only the second gets right, n₀₁.
  package let onlySecond: Int

  /// - Precondition: Neither number is negative.
  package init(onlyFirst: Int, onlySecond: Int) {
    precondition(onlyFirst >= 0 && onlySecond >= 0, "a negative number of images")
    self.onlyFirst = onlyFirst
    self.onlySecond = onlySecond
  }

  /// Counts the images on which two networks differ.
  ///
  /// - Parameters:
  ///   - first: Whether each image was taken for its class, `[N]`.
  ///   - second: The same of the other network, in the same order.
  /// - Precondition: There are as many of both.
  package init(_ first: [Bool], _ second: [Bool]) {
    precondition(first.count == second.count, "\(first.count) images against \(second.count)")
    var (onlyFirst, onlySecond) = (0, 0)
    for (first, second) in zip(first, second) where first != second {
      if first { onlyFirst += 1 } else { onlySecond += 1 }
    }
    self.init(onlyFirst: onlyFirst, onlySecond: onlySecond)
  }

  /// Each of these images could as well have been the other network's: throws of a fair coin. 1
  /// where there are none.
  package var p: PValues {
    let all = onlyFirst + onlySecond
    return PValues(
      greater: FairCoin.probability(ofAtLeast: onlyFirst, in: all),
      less: FairCoin.probability(ofAtLeast: onlySecond, in: all))
  }
}
