/// Whether the mean of differences is more or less than 0.
package struct PairedTest: Sendable, Codable, Equatable {
  /// Student's paired test; `nil` for fewer than two differences, and where all are equal: without
  /// a spread it would call any difference certain, of two pairs as of twenty.
  package let student: PValues?
  /// The exact sign-flip test; `nil` for more than 20 differences. Its smallest values are 2⁻ⁿ,
  /// two-sided 2¹⁻ⁿ: three pairs cannot fall below 0.25, six reach 0.031.
  package let signFlips: PValues?

  /// Tests the mean of some differences.
  init(_ differences: PairedDifferences) {
    signFlips = SignFlips.test(differences)
    let estimate = MeanEstimate(differences.values)
    student = estimate.flatMap { estimate in
      guard let error = estimate.standardError, error > 0 else { return nil }
      let (t, distribution) = (
        estimate.mean / error, StudentT(degrees: Double(estimate.count - 1))
      )
      return PValues(greater: distribution.upperTail(t), less: distribution.upperTail(-t))
    }
  }

  /// What verdicts rest on: Student's test, and where it says nothing, the flips.
  package var decisive: PValues? { student ?? signFlips }
}
