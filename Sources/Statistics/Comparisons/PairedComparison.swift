/// Two networks that were trained with the same seeds, the first minus the second.
///
/// Whatever random numbers a seed gives are common to both, so that their scores rise and fall
/// together; ``pairing`` tells how much that helps.
package struct PairedComparison: Sendable, Equatable {
  /// What pairs give beside two independent samples.
  package struct Pairing: Sendable, Codable, Equatable {
    /// Correlation of both networks' scores, −1 to 1; `nil` where one of them does not vary.
    package let correlation: Double?
    /// Variance of the differences over that of independent scores; below 1 where pairs help.
    package let varianceRatio: Double
  }

  /// Seeds that one network has lost, its training having diverged, and the other has not.
  package struct Losses: Sendable, Equatable {
    /// How many of them, by the network that has lost them.
    package let first, second: Int

    package init(first: Int = 0, second: Int = 0) {
      self.first = first
      self.second = second
    }
  }

  /// The mean of the differences, in the unit of the scores.
  package let difference: MeanEstimate
  /// Whether it differs from 0.
  package let test: PairedTest
  /// `nil` for one seed, and where neither network's scores vary.
  package let pairing: Pairing?
  private let losses: Losses

  /// Compares scores, more being better.
  ///
  /// - Parameters:
  ///   - first: One score a seed.
  ///   - second: The other network's scores, of the same seeds in the same order.
  ///   - losses: Seeds that are missing because they have no score.
  /// - Returns: `nil` without seeds.
  /// - Precondition: There are as many of both, and all are finite.
  package init?(_ first: [Double], _ second: [Double], losses: Losses = Losses()) {
    self.losses = losses
    let differences = PairedDifferences(first, second)
    guard let difference = MeanEstimate(differences.values) else { return nil }
    self.difference = difference
    test = PairedTest(differences)
    pairing = Self.pairing(first, second, differences.values)
  }

  /// What verdicts rest on: ``PairedTest/decisive``, but for a network that has lost seeds.
  ///
  /// Such seeds are in no difference, and what is left of a network that fails with some looks
  /// better than the network is. So nothing can show that it is the better one, a p of 1; that it
  /// is the worse one even so can be shown.
  package var evidence: PValues? {
    test.decisive.map {
      PValues(
        greater: losses.first > 0 ? 1 : $0.greater, less: losses.second > 0 ? 1 : $0.less)
    }
  }

  private static func pairing(
    _ first: [Double], _ second: [Double], _ differences: [Double]
  ) -> Pairing? {
    let (firstSquares, secondSquares) = (first.squaredDistances, second.squaredDistances)
    guard firstSquares + secondSquares > 0 else { return nil }
    let (firstMean, secondMean) = (first.mean, second.mean)
    let products = zip(first, second).reduce(0) {
      $0 + ($1.0 - firstMean) * ($1.1 - secondMean)
    }
    let scale = firstSquares.squareRoot() * secondSquares.squareRoot()
    return Pairing(
      correlation: scale > 0 ? min(1, max(-1, products / scale)) : nil,
      varianceRatio: differences.squaredDistances / (firstSquares + secondSquares))
  }
}
