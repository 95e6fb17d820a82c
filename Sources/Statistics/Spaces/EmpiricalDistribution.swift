import Glibc

/// Which share of a sample lies at or below a value, between bounds for the population.
///
/// Of the errors of networks drawn from a design space, it compares spaces instead of networks.
package struct EmpiricalDistribution: Sendable, Equatable {
  /// The sample, in ascending order; not empty.
  package let values: [Double]

  /// - Returns: `nil` without values.
  /// - Precondition: All are finite.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    values.requireFinite("a distribution")
    self.values = values.sorted()
  }

  /// Share of the sample at or below a value.
  package func share(atOrBelow value: Double) -> Double {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return Double(low) / Double(values.count)
  }

  /// The share with the band that contains the whole curve of the population.
  ///
  /// - Parameter confidence: Probability with which it does, 0 to 1.
  package func band(at value: Double, confidence: Double = 0.95) -> Interval {
    let share = share(atOrBelow: value)
    let halfWidth = Self.halfWidth(count: values.count, confidence: confidence)
    return Interval(low: max(0, share - halfWidth), high: min(1, share + halfWidth))
  }

  /// Half the width of a band by Dvoretzky, Kiefer and Wolfowitz, with Massart's constant: ±0.28
  /// for 24 values, 0.14 for 100, at most 1.
  ///
  /// - Precondition: There is a value, and the confidence lies between 0 and 1, both excluded.
  package static func halfWidth(count: Int, confidence: Double = 0.95) -> Double {
    precondition(count > 0, "a band of \(count) values")
    precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence)")
    return min(1, (log(2 / (1 - confidence)) / (2 * Double(count))).squareRoot())
  }
}
