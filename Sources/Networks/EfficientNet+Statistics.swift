import Tensors

extension EfficientNet {
  /// Moves running statistics towards those of the last training batch.
  ///
  /// With batch-norm groups they follow the mean of the groups' statistics.
  public func updateRunningStatistics(_ statistics: UnsafeMutablePointer<Float>) {
    var offset = 0
    for layer in normalizationLayers {
      layer.updateRunning(
        statistics, momentum: architecture.batchNormMomentum,
        totals: layout.hasGroups ? groupStatistics + offset : nil)
      offset += layer.groupStatisticsSize
    }
  }

  /// Sums the statistics of the batch-norm groups of this round, and adds those before it.
  func sumGroupStatistics(_ pass: TrainingPass) throws(ExchangeError) {
    let size = groupStatisticsSize
    for (index, microBatch) in layout.microBatches.enumerated() {
      var target = groupStatistics + index * size
      for layer in normalizationLayers {
        layer.writeGroupStatistics(
          index, isFirst: microBatch % layout.groupMicroBatches == 0, to: target)
        target += layer.groupStatisticsSize
      }
    }
    try pass.sum(groupStatistics, size: size)
    let waiting = groupStatistics + layout.microBatches.count * size
    layout.roundTree.take(round) { slot in
      StatisticsKind.sums.combine(groupStatistics, waiting + slot * size, size: size)
    } keep: { slot in
      (waiting + slot * size).update(from: groupStatistics, count: size)
    }
    work.measured(.runningStatistics, .backward, .step)
  }

  /// Batch mean and biased variance of each normalisation in the last training batch, with the
  /// layer's γ tensor; for whole-batch statistics.
  package var batchStatistics: [(layer: String, mean: [Double], variance: [Double])] {
    normalizationLayers.compactMap { layer in
      guard let first = work.runs.first,
        let tensor = table.trainable.first(where: { $0.offset == layer.place.gamma }),
        let moments = layer.moments(first)
      else { return nil }
      let channels = layer.channels
      return (
        tensor.layer, (0..<channels).map { moments[1 + $0] },
        (0..<channels).map { moments[1 + channelStride(channels) + $0] / max(moments[0], 1) }
      )
    }
  }
}
