import Glibc

/// How far two empirical distributions are apart at most, and how probable that is of one
/// population.
package struct KolmogorovSmirnov: Sendable, Equatable {
  /// Product of both counts up to which probabilities are exact: 1,000 values of each.
  static let exactLimit = 1_000_000

  /// The largest difference of both shares, 0 to 1.
  package let distance: Double
  /// Probability of at least this distance where both are of one population.
  ///
  /// By counting all orders of both samples; of the asymptotic distribution for more than 1,000
  /// values each. Equal values make it too large, never too small.
  package let p: Double

  package init(_ first: EmpiricalDistribution, _ second: EmpiricalDistribution) {
    let (firstCount, secondCount) = (first.values.count, second.values.count)
    // In units of one over both counts, distances are whole numbers.
    var largest = 0
    var (below, otherBelow) = (0, 0)
    while below < firstCount, otherBelow < secondCount {
      let value = min(first.values[below], second.values[otherBelow])
      while below < firstCount, first.values[below] == value { below += 1 }
      while otherBelow < secondCount, second.values[otherBelow] == value { otherBelow += 1 }
      largest = max(largest, abs(below * secondCount - otherBelow * firstCount))
    }
    distance = Double(largest) / Double(firstCount * secondCount)
    p = Self.p(distance: largest, firstCount, secondCount)
  }

  /// - Parameter distance: In units of one over both counts.
  private static func p(distance: Int, _ firstCount: Int, _ secondCount: Int) -> Double {
    firstCount * secondCount <= exactLimit
      ? exact(distance, firstCount, secondCount)
      : asymptotic(distance, firstCount, secondCount)
  }

  /// One minus the share of orders that stay closer everywhere.
  ///
  /// An order is a path through a grid. The share of paths to a node that stay closer follows from
  /// its two neighbours, whose last step it is with the probability of i and j in i + j.
  private static func exact(_ distance: Int, _ firstCount: Int, _ secondCount: Int) -> Double {
    guard distance > 0 else { return 1 }
    var row = [Double](repeating: 0, count: secondCount + 1)
    for i in 0...firstCount {
      for j in 0...secondCount {
        let isCloser = abs(i * secondCount - j * firstCount) < distance
        if i + j == 0 {
          row[j] = 1
        } else if !isCloser {
          row[j] = 0
        } else {
          let left = j > 0 ? row[j - 1] * Double(j) : 0
          row[j] = (row[j] * Double(i) + left) / Double(i + j)
        }
      }
    }
    return min(1, max(0, 1 - row[secondCount]))
  }

  /// Kolmogorov's distribution.
  private static func asymptotic(_ distance: Int, _ firstCount: Int, _ secondCount: Int) -> Double {
    let square =
      Double(distance) / Double(firstCount) * Double(distance) / Double(secondCount)
      / Double(firstCount + secondCount)
    // Below, the series alternates for long, and its sum is 1 to 12 digits.
    guard square > 0.04 else { return 1 }
    let terms = (1...20).map { j -> Double in
      2 * (j % 2 == 1 ? 1 : -1) * exp(-2 * Double(j * j) * square)
    }
    return min(1, max(0, terms.reduce(0, +)))
  }
}
