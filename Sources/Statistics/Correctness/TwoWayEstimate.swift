/// How much more accurate one network is than another, between bounds for other seeds and other
/// images of the same kind.
///
/// The interval over seeds alone, ``MeanEstimate``, is for this recipe on these very images. Other
/// images add a variance of their own, that of the mean over images drawn again with these very
/// seeds: an image that all seeds get wrong goes with all of them. What neither seeds nor images
/// explain is in both variances, so that bounds are rather too wide than too narrow.
package struct TwoWayEstimate: Sendable, Codable, Equatable {
  /// The first minus the second on these very images, as a share; repetitions are the seeds.
  package let seeds: MeanEstimate
  /// The same with these very seeds; repetitions are the images. It does not vary where all of them
  /// count alike, for example where none is wrong: that tells nothing of mistakes rarer than 3 / N.
  package let images: MeanEstimate

  /// Compares two networks that were trained with the same seeds.
  ///
  /// - Parameters:
  ///   - correct: Whether the first takes an image for its class, `[S][N]`.
  ///   - other: The same of the other, with the same seeds and images in the same order.
  /// - Returns: `nil` without seeds or images.
  /// - Precondition: Both have the same seeds, and all of them the same images.
  package init?(_ correct: [[Bool]], minus other: [[Bool]]) {
    let imageCount = correct.first?.count ?? 0
    precondition(
      correct.count == other.count && (correct + other).allSatisfy { $0.count == imageCount },
      "both networks have the same seeds and images")
    func shares(_ results: [[Bool]]) -> [Double] {
      results.map { Double($0.count { $0 }) / Double(imageCount) }
    }
    var sums = [Int](repeating: 0, count: imageCount)
    for (first, second) in zip(correct, other) {
      for image in sums.indices { sums[image] += (first[image] ? 1 : 0) - (second[image] ? 1 : 0) }
    }
    guard
      let images = MeanEstimate(sums.map { Double($0) / Double(correct.count) }),
      let seeds = MeanEstimate(PairedDifferences(shares(correct), shares(other)).values)
    else { return nil }
    self.seeds = seeds
    self.images = images
  }

  /// Student's intervals for both, squared and added: it contains the one for other seeds alone.
  ///
  /// Each has the quantile of its own degrees of freedom. With that of a few seeds for both, an
  /// interval that images decide would be twice as wide as it has to be.
  ///
  /// - Parameter confidence: Share of repetitions whose intervals contain the true difference.
  /// - Returns: `nil` for one seed or one image, and where all seeds, or all images, are alike.
  package func interval(confidence: Double = 0.95) -> Interval? {
    seeds.halfWidth(confidence: confidence).flatMap { ofSeeds in
      images.halfWidth(confidence: confidence).map { ofImages in
        Interval(
          around: seeds.mean, halfWidth: (ofSeeds * ofSeeds + ofImages * ofImages).squareRoot())
      }
    }
  }
}
