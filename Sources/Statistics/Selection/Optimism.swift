/// How much better networks look on what they were selected by than on fresh seeds and images.
///
/// The best of 15 equal networks looks 1.7 deviations better than it is. A selected score is therefore
/// never reported as a result.
package struct Optimism: Sendable, Codable, Equatable {
  /// Selected minus confirmed score of each network, in their order.
  package let differences: [Double]
  /// Their mean, with its interval.
  package let estimate: MeanEstimate

  /// - Parameters:
  ///   - selected: The scores that networks were selected by.
  ///   - confirmed: Scores of the same networks on fresh seeds and images, in the same order.
  /// - Returns: `nil` without networks.
  /// - Precondition: There are as many of both, and all are finite.
  package init?(selected: [Double], confirmed: [Double]) {
    differences = PairedDifferences(selected, confirmed).values
    guard let estimate = MeanEstimate(differences) else { return nil }
    self.estimate = estimate
  }
}
