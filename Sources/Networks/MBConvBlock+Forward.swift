import Kernels
import Tensors

extension MBConvBlock {
  /// Writes `count` rows of the block's output from row `first` of a micro-batch.
  func writeOutput(
    _ work: Workspace, _ microBatch: MicroBatch, _ first: Int, _ count: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let start = microBatch.firstImage * outputPixels
    let factors = work.branchFactors.start + index * work.layout.capacity + microBatch.firstImage
    forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
      ResidualAddition.apply(
        projected.start + (start + row) * narrowOut, rows: count, channels: shape.outputChannels,
        projectNormalization.normalization(microBatch), factor: factors[image],
        skip: shape.hasSkip ? UnsafePointer(input.start + (start + row) * narrowOut) : nil,
        into: target + (row - first) * narrowOut)
    }
  }

  /// Runs the block on all micro-batches; its output is ready to be read afterwards.
  func forward(_ work: Workspace) throws(ExchangeError) {
    if let expandNormalization {
      try work.normalize(expandNormalization) { expand(work, $0, expandNormalization) }
    }
    try work.normalize(filterNormalization) { filter(work, $0) }
    try work.normalize(projectNormalization) { project(work, $0) }
  }

  private func writeInput(_ work: Workspace, _ microBatch: MicroBatch, _ first: Int, _ count: Int) {
    let target = input.start + (microBatch.firstImage * inputPixels + first) * narrowIn
    if let previous {
      previous.writeOutput(work, microBatch, first, count, into: target)
    } else {
      stem.writeOutput(microBatch, first, count, into: target)
    }
  }

  private func expand(
    _ work: Workspace, _ microBatch: MicroBatch, _ normalization: NormalizationLayer
  ) {
    let start = microBatch.firstImage * inputPixels
    forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
      writeInput(work, microBatch, first, count)
      let raw = expanded.start + (start + first) * wide
      // [rows, Cin] · [Cin, C]
      GEMM.multiply(
        m: count, n: shape.expandedChannels, k: shape.inputChannels,
        input.start + (start + first) * narrowIn, narrowIn,
        work.weights + places.expandKernel, shape.expandedChannels, into: raw, wide)
      if let moments = work.moments(of: normalization, microBatch) {
        ChannelMoments.accumulate(
          into: moments, channels: shape.expandedChannels, raw, rows: count)
      }
    }
  }

  private func filter(_ work: Workspace, _ microBatch: MicroBatch) {
    if !shape.isExpanding && (previous != nil || shape.hasSkip) {
      forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
        writeInput(work, microBatch, first, count)
      }
    }
    let source = source
    for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
      depthwise.forward(
        source.raw.start + image * inputPixels * wide,
        source.normalization.normalization(microBatch),
        weights: work.weights + places.depthwiseKernel,
        into: filtered.start + image * outputPixels * wide,
        moments: work.moments(of: filterNormalization, microBatch), scratch: work.planes.start)
    }
  }

  private func project(_ work: Workspace, _ microBatch: MicroBatch) {
    let normalization = filterNormalization.normalization(microBatch)
    for first in stride(from: 0, to: microBatch.imageCount, by: imagesPerTile) {
      let images = min(imagesPerTile, microBatch.imageCount - first)
      let image = microBatch.firstImage + first
      let rows = images * outputPixels
      let activated = work.wideTile.start
      NormalizedActivation.apply(
        filtered.start + image * outputPixels * wide, rows: rows, channels: shape.expandedChannels,
        normalization, activation, into: activated)
      if let squeeze { exciteTile(work, squeeze, firstImage: image, images: images, activated) }
      forEachTile(of: rows) { row, count in
        let raw = projected.start + (image * outputPixels + row) * narrowOut
        // [rows, C] · [C, Cout]
        GEMM.multiply(
          m: count, n: shape.outputChannels, k: shape.expandedChannels,
          activated + row * wide, wide, work.weights + places.projectKernel, shape.outputChannels,
          into: raw, narrowOut)
        if let moments = work.moments(of: projectNormalization, microBatch) {
          ChannelMoments.accumulate(
            into: moments, channels: shape.outputChannels, raw, rows: count)
        }
      }
    }
  }

  /// Pools the images of a tile, computes their gates and applies them.
  private func exciteTile(
    _ work: Workspace, _ squeeze: Squeeze, firstImage: Int, images: Int,
    _ activated: UnsafeMutablePointer<Float>
  ) {
    let pooled = squeeze.pooled.start + firstImage * wide
    let narrow = channelStride(squeeze.operation.squeezed)
    pooled.update(repeating: 0, count: images * wide)
    for image in 0..<images {
      NormalizedActivation.pool(
        activated + image * outputPixels * wide, rows: outputPixels,
        channels: shape.expandedChannels, into: pooled + image * wide)
    }
    let inverse = 1 / Float(outputPixels)
    for i in 0..<images * wide { pooled[i] *= inverse }
    squeeze.operation.forward(
      pooled: pooled, images: images,
      reduceKernel: work.weights + places.reduceKernel,
      reduceBias: work.weights + places.reduceBias,
      expandKernel: work.weights + places.expandSqueezeKernel,
      expandBias: work.weights + places.expandSqueezeBias,
      reduced: squeeze.reduced.start + firstImage * narrow,
      hidden: squeeze.hidden.start + firstImage * narrow,
      gate: squeeze.gate.start + firstImage * wide)
    for image in 0..<images {
      NormalizedActivation.gate(
        activated + image * outputPixels * wide, rows: outputPixels,
        channels: shape.expandedChannels, by: squeeze.gate.start + (firstImage + image) * wide)
    }
  }
}
