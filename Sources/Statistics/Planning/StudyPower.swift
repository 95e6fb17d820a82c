/// What a study will be able to show, before anything is trained.
package enum StudyPower {
  /// Probability that a difference ends as "shown" (``Judgement``).
  ///
  /// - Parameters:
  ///   - seeds: Pairs of trainings, n.
  ///   - difference: The true one, in deviations of the paired differences; finite.
  /// - Returns: 0 for fewer than two seeds, which show nothing.
  package static func power(seeds: Int, difference: Double) -> Double {
    guard seeds > 1 else { return 0 }
    let degrees = Double(seeds - 1)
    let critical = StudentT(degrees: degrees).quantile(1 - Judgement.sideLevel)
    return 1
      - NoncentralT(
        degrees: degrees, noncentrality: difference * Double(seeds).squareRoot()
      ).cumulative(critical)
  }

  /// The smallest true difference that is shown with a given power.
  ///
  /// - Parameters:
  ///   - seeds: Pairs of trainings, n.
  ///   - deviation: Of the paired differences, for example of the base trained with six seeds; its
  ///     unit is that of the result.
  ///   - power: Between 0.025, where no difference is needed, and 1, both excluded.
  /// - Returns: `nil` for fewer than two seeds; 0 where nothing varies.
  package static func smallestDifference(
    seeds: Int, deviation: Double, power: Double = 0.8
  ) -> Double? {
    precondition(deviation >= 0 && deviation.isFinite, "a deviation of \(deviation)")
    precondition(power > Judgement.sideLevel && power < 1, "a power of \(power)")
    guard seeds > 1 else { return nil }
    // Two seeds need less than 100 deviations for any power that differs from 1.
    return Bisection.threshold(upTo: 1024) {
      self.power(seeds: seeds, difference: $0) >= power
    }.map { $0 * deviation }
  }

  /// Standard error of an accuracy that is measured on some images.
  ///
  /// - Parameters:
  ///   - accuracy: As a share, 0 to 1.
  ///   - images: At least 1.
  package static func standardError(accuracy: Double, images: Int) -> Double {
    precondition((0...1).contains(accuracy), "an accuracy of \(accuracy)")
    precondition(images > 0, "\(images) images")
    return (accuracy * (1 - accuracy) / Double(images)).squareRoot()
  }
}
