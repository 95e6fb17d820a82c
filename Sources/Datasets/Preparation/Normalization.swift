/// Mean and deviation that the network's input channels are normalised with, 0 to 1.
public struct Normalization: Sendable, Equatable {
  /// Subtracted from each channel.
  public let mean: [Double]
  /// What each channel is divided by afterwards.
  public let deviation: [Double]

  /// Takes mean and deviation of each channel.
  ///
  /// - Precondition: As many of both, and no deviation is zero or negative.
  public init(mean: [Double], deviation: [Double]) {
    precondition(
      mean.count == deviation.count && deviation.allSatisfy { $0 > 0 },
      "each channel needs a mean and a positive deviation")
    self.mean = mean
    self.deviation = deviation
  }

  /// The statistics of a dataset, carried over to a network with `channels` channels.
  ///
  /// Grey from colour takes the weights of luma for the mean, which is exact, and for the
  /// deviation, which is exact if the colours vary together. A channel without variation is only
  /// centred.
  public init(of dataset: Dataset, channels: Int) {
    func converted(_ values: [Double]) -> [Double] {
      switch (values.count, channels) {
      case (1, 3): Array(repeating: values[0], count: 3)
      case (3, 1): [zip(values, PixelNormalizer.luma).reduce(0) { $0 + $1.0 * $1.1 }]
      default: values
      }
    }
    self.init(
      mean: converted(dataset.mean),
      deviation: converted(dataset.deviation).map { $0 > 0 ? $0 : 1 })
  }
}
