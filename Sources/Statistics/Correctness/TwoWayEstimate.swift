import Tensors

/// A mean accuracy, or a difference of two, between bounds for other seeds and other images of the same
/// kind.
///
/// Each draw takes seeds again and, apart from them, images: an image that all seeds get wrong goes
/// with all of them. The interval over seeds alone, ``MeanEstimate``, is for this recipe on these
/// very images.
///
/// Images are not drawn one by one: with the seeds drawn, an image counts one of 2·S + 1 numbers, and how
/// many images of each there are has a multinomial distribution, drawn as binomials. Six seeds, 10,000
/// images and 2,000 draws take less than 20 milliseconds.
package struct TwoWayEstimate: Sendable, Codable, Equatable {
  /// Mean over seeds and images, as a share.
  package let mean: Double
  /// Deviation over the draws.
  package let standardError: Double
  /// Percentile bounds. Without width where all images count alike, for example where none is wrong:
  /// that tells nothing of mistakes rarer than 3 / N.
  package let interval: Interval

  /// Estimates the accuracy of a network.
  ///
  /// - Parameters:
  ///   - correct: Whether an image was taken for its class, `[S][N]`.
  ///   - resampling: Draws and their seed. One seed is the same in all draws; only images vary then.
  /// - Returns: `nil` without seeds or images.
  /// - Precondition: All seeds have the same images.
  package init?(_ correct: [[Bool]], _ resampling: Resampling = Resampling()) {
    self.init(ImageProfiles(correct.map { $0.map { $0 ? 1 : 0 } }), resampling)
  }

  /// Estimates how much more accurate one network is than another.
  ///
  /// - Parameters:
  ///   - correct: Whether the first takes an image for its class, `[S][N]`.
  ///   - other: The same of the other, with the same seeds and images in the same order.
  ///   - resampling: Draws and their seed.
  /// - Returns: `nil` without seeds or images.
  /// - Precondition: Both have the same seeds and images.
  package init?(
    _ correct: [[Bool]], minus other: [[Bool]], _ resampling: Resampling = Resampling()
  ) {
    precondition(
      correct.map(\.count) == other.map(\.count), "both networks have the same seeds and images")
    let differences = zip(correct, other).map { first, second in
      zip(first, second).map { ($0 ? 1 : 0) - ($1 ? 1 : 0) as Int8 }
    }
    self.init(ImageProfiles(differences), resampling)
  }

  private init?(_ images: ImageProfiles, _ resampling: Resampling) {
    guard images.imageCount > 0 else { return nil }
    let draws = (0..<resampling.draws).map { draw in
      var seeds = resampling.random(draw, .seeds)
      var weights = [Int](repeating: 0, count: images.seedCount)
      for seed in seeds.indices(images.seedCount) { weights[seed] += 1 }
      var random = resampling.random(draw, .images)
      return images.mean(
        of: Self.redrawnTotal(images.histogram(weights: weights), images, &random))
    }
    mean = images.mean
    standardError = (draws.squaredDistances / Double(draws.count)).squareRoot()
    interval = resampling.interval(of: draws)
  }

  /// The sum over as many images as there are, drawn with replacement.
  private static func redrawnTotal(
    _ histogram: [Int], _ images: ImageProfiles, _ random: inout CounterRandom
  ) -> Int {
    var (total, left, leftInHistogram) = (0, images.imageCount, images.imageCount)
    for (place, count) in histogram.enumerated() where count > 0 {
      let drawn = random.binomial(left, share: Double(count) / Double(leftInHistogram))
      total += drawn * (place - images.seedCount)
      left -= drawn
      leftInHistogram -= count
    }
    return total
  }
}
