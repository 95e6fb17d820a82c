/// What values of independent repetitions tell about their mean.
package struct MeanEstimate: Sendable, Codable, Equatable {
  /// Number of values, at least 1.
  package let count: Int
  /// Their mean.
  package let mean: Double
  /// Their deviation, with n − 1; `nil` for one value, 0 exactly where all are equal.
  package let deviation: Double?

  /// Takes the values of all repetitions.
  ///
  /// - Returns: `nil` without values.
  /// - Precondition: All are finite: a training that diverged has no value.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    values.requireFinite("a mean")
    count = values.count
    mean = values.mean
    deviation =
      count > 1 ? (values.squaredDistances / Double(count - 1)).squareRoot() : nil
  }

  /// Deviation of the mean; `nil` for one value.
  package var standardError: Double? { deviation.map { $0 / Double(count).squareRoot() } }

  /// Student's interval for the mean; `nil` for one value, and where all are equal: without a
  /// spread they do not tell how far from them others may be.
  ///
  /// - Parameter confidence: Share of repetitions whose intervals contain the true mean.
  package func interval(confidence: Double = 0.95) -> Interval? {
    halfWidth(confidence: confidence).map { Interval(around: mean, halfWidth: $0) }
  }

  /// Half the width of that interval.
  func halfWidth(confidence: Double) -> Double? {
    guard let error = standardError, error > 0 else { return nil }
    return StudentT(degrees: Double(count - 1)).quantile((1 + confidence) / 2) * error
  }

  /// How far from the mean one more value is to be expected: half of Student's prediction interval.
  ///
  /// - Parameter confidence: Share of repetitions in which another value is within it.
  /// - Returns: `nil` for one value, and where all are equal.
  package func halfWidthOfAnother(confidence: Double) -> Double? {
    halfWidth(confidence: confidence).map { $0 * Double(count + 1).squareRoot() }
  }
}
