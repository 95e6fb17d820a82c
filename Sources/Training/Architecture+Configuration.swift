public import Networks

extension Architecture {
  /// The network that a configuration describes.
  ///
  /// - Parameter classes: Classes of the data; the configuration's own number goes first.
  public init(_ configuration: NetworkConfiguration, classes: Int) {
    let variant = configuration.model
    var coefficients = variant.released.coefficients
    if let phi = configuration.phi {
      coefficients = CompoundScaling(
        alpha: configuration.alpha, beta: configuration.beta, gamma: configuration.gamma
      ).coefficients(phi: phi)
    }
    coefficients.width = configuration.width ?? coefficients.width
    coefficients.depth = configuration.depth ?? coefficients.depth
    coefficients.resolution = configuration.resolution ?? coefficients.resolution
    self.init(coefficients, isLite: variant.isLite)
    self.classes = configuration.classes ?? classes
    inputChannels = configuration.inputChannels
    stemStride = configuration.stemStride
    dropout = configuration.dropout ?? variant.released.dropout
    dropPath = configuration.dropPath
    batchNormEpsilon = configuration.batchNormEpsilon
    batchNormMomentum = configuration.batchNormMomentum
  }
}

extension BatchLayout {
  /// This rank's part of the configured batch.
  ///
  /// - Throws: When there are more ranks than micro-batches.
  init(
    _ configuration: Configuration, rank: Int, rankCount: Int
  ) throws(TrainingError) {
    let batch = configuration.batch
    guard rankCount <= batch.microBatchCount else {
      throw TrainingError(
        .usage,
        "\(rankCount) ranks are more than the \(batch.microBatchCount) micro-batches of batch.size "
          + "\(batch.size) in batch.microBatch \(batch.microBatch); start fewer ranks or choose a "
          + "smaller batch.microBatch")
    }
    let group = configuration.network.batchNormGroup
    self.init(
      microBatchCount: batch.microBatchCount, microBatchSize: batch.microBatch, rank: rank,
      rankCount: rankCount,
      groupLevel: group == 0 ? nil : (group / batch.microBatch).trailingZeroBitCount)
  }
}
