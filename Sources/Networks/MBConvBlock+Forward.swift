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
    if let recomputed, let expandNormalization {
      try prepare(recomputed, work, expandNormalization)
    } else if let expandNormalization {
      try work.normalize(expandNormalization, of: place) {
        expand(work, $0, expandNormalization)
      }
    }
    recomputed?.pack(work)
    let expansion = recomputed?.expansion
    try work.normalize(filterNormalization, of: place) { filter(work, $0, expansion) }
    try work.normalize(projectNormalization, of: place) { project(work, $0) }
  }

  private func writeInput(_ work: Workspace, _ microBatch: MicroBatch, _ first: Int, _ count: Int) {
    let target = input.start + (microBatch.firstImage * inputPixels + first) * narrowIn
    if let previous {
      previous.writeOutput(work, microBatch, first, count, into: target)
    } else {
      stem.writeOutput(microBatch, first, count, into: target)
    }
    work.lap(
      .blockInput, .forward, place, read: count * (previous?.outputFloatsRead ?? narrowIn),
      written: count * narrowIn)
  }

  private func expand(
    _ work: Workspace, _ microBatch: MicroBatch, _ normalization: NormalizationLayer
  ) {
    let start = microBatch.firstImage * inputPixels
    forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
      writeInput(work, microBatch, first, count)
      forEachImage(ofRows: first, count, pixels: inputPixels) { image, row, count in
        let target = source(microBatch.firstImage + image).dropping(row - image * inputPixels)
        PixelProduct.multiply(
          .rows(input.start + (start + row) * narrowIn, channels: shape.inputChannels),
          count: count, depth: shape.inputChannels,
          .matrix(work.weights + places.expandKernel, columns: shape.expandedChannels),
          columns: shape.expandedChannels, into: target)
        work.lap(
          .expansion, .forward, place, written: count * wide,
          multiplyAdds: count * shape.inputChannels * shape.expandedChannels)
        normalization.accumulate(microBatch, target, count: count)
        work.lap(.channelSums, .forward, place)
      }
    }
  }

  /// Writes the input and its covariance, from which the expansion's statistics follow; in a frozen
  /// block the input alone.
  private func prepare(
    _ recomputed: RecomputedExpansion, _ work: Workspace, _ normalization: NormalizationLayer
  ) throws(ExchangeError) {
    let covariance = recomputed.covariance
    covariance.clear()
    for microBatch in work.microBatches {
      let start = microBatch.firstImage * inputPixels
      forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
        writeInput(work, microBatch, first, count)
        if isFrozen { return }
        InputCovariance.accumulate(
          into: covariance.own(microBatch.index), channels: shape.inputChannels,
          input.start + (start + first) * narrowIn, rows: count, scratch: work.scratch.start)
        work.lap(
          .inputCovariance, .forward, place,
          multiplyAdds: count * shape.inputChannels * shape.inputChannels)
      }
    }
    if isFrozen {
      try work.normalize(normalization)
    } else {
      try covariance.combine(work.exchange)
      normalization.normalize(
        weights: work.weights, from: covariance, expandKernel: work.weights + places.expandKernel)
    }
    work.lap(.statistics, .forward, place)
  }

  private func filter(_ work: Workspace, _ microBatch: MicroBatch, _ expansion: Expansion?) {
    if !shape.isExpanding && (previous != nil || shape.hasSkip) {
      forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
        writeInput(work, microBatch, first, count)
      }
    }
    let normalization = sourceNormalization.normalization(microBatch)
    let weights = work.weights + places.depthwiseKernel
    let moments = filterNormalization.moments(microBatch)
    for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
      let target = filtered.start + image * outputPixels * wide
      if let expansion {
        depthwise.forward(
          expanding: input.start + image * inputPixels * narrowIn, expansion, normalization,
          weights: weights, into: target, moments: moments, scratch: work.scratch.start)
        work.lap(
          .expandedDepthwise, .forward, place, read: inputPixels * narrowIn,
          written: outputPixels * wide, multiplyAdds: expansionProducts + depthwiseProducts)
      } else {
        depthwise.forward(
          source(image), normalization, weights: weights, into: target, moments: moments,
          scratch: work.scratch.start)
        work.lap(
          .depthwise, .forward, place, read: inputPixels * wide, written: outputPixels * wide,
          multiplyAdds: depthwiseProducts)
      }
    }
  }

  private func project(_ work: Workspace, _ microBatch: MicroBatch) {
    // Backwards: the images filtered last are still in the cache.
    let last = max(microBatch.imageCount - 1, 0) / imagesPerTile * imagesPerTile
    let weights = work.weights + places.projectKernel
    for first in stride(from: last, through: 0, by: -imagesPerTile) {
      let images = min(imagesPerTile, microBatch.imageCount - first)
      let firstImage = microBatch.firstImage + first
      let rows = images * outputPixels
      let activated = Pixels.planes(work.activated.start, pixels: rows)
      activate(work, microBatch, firstImage: firstImage, images: images, into: activated)
      guard let squeeze else {
        project(work, microBatch, activated, firstImage: firstImage, rows: 0..<rows, weights)
        continue
      }
      excite(work, squeeze, firstImage: firstImage, images: images)
      for image in 0..<images {
        let gate = squeeze.gate.start + (firstImage + image) * wide
        if gatesPixels {
          let own = activated.dropping(image * outputPixels)
          own.gate(count: outputPixels, channels: shape.expandedChannels, by: gate, into: own)
          work.lap(.activation, .forward, place)
        } else {
          squeeze.operation.gateKernel(
            weights, outputs: shape.outputChannels, gate: gate, into: work.kernel.start)
          work.lap(.squeeze, .forward, place)
          project(
            work, microBatch, activated, firstImage: firstImage,
            rows: image * outputPixels..<(image + 1) * outputPixels, work.kernel.start)
        }
      }
      if gatesPixels {
        project(work, microBatch, activated, firstImage: firstImage, rows: 0..<rows, weights)
      }
    }
  }

  /// Multiplies rows of the activated images from `firstImage` on by a kernel.
  private func project(
    _ work: Workspace, _ microBatch: MicroBatch, _ activated: Pixels, firstImage: Int,
    rows: Range<Int>, _ kernel: UnsafePointer<Float>
  ) {
    forEachTile(of: rows.count) { first, count in
      let row = rows.lowerBound + first
      let raw = Pixels.rows(
        projected.start + (firstImage * outputPixels + row) * narrowOut,
        channels: shape.outputChannels)
      PixelProduct.multiply(
        activated.dropping(row), count: count, depth: shape.expandedChannels,
        .matrix(kernel, columns: shape.outputChannels), columns: shape.outputChannels, into: raw)
      work.lap(
        .projection, .forward, place, written: count * narrowOut,
        multiplyAdds: projectionProducts(rows: count))
      projectNormalization.accumulate(microBatch, raw, count: count)
      work.lap(.channelSums, .forward, place)
    }
  }

  /// Activates the images of a tile, and pools them.
  private func activate(
    _ work: Workspace, _ microBatch: MicroBatch, firstImage: Int, images: Int, into target: Pixels
  ) {
    for image in 0..<images {
      NormalizedActivation.apply(
        filtered(firstImage + image), count: outputPixels, channels: shape.expandedChannels,
        filterNormalization.normalization(microBatch), activation,
        into: target.dropping(image * outputPixels),
        mean: squeeze.map { $0.pooled.start + (firstImage + image) * wide })
    }
    work.lap(.activation, .forward, place, read: images * outputPixels * wide)
  }

  /// Computes the gates of the images of a tile.
  private func excite(_ work: Workspace, _ squeeze: Squeeze, firstImage: Int, images: Int) {
    let narrow = channelStride(squeeze.operation.squeezed)
    squeeze.operation.forward(
      pooled: squeeze.pooled.start + firstImage * wide, images: images,
      reduceKernel: work.weights + places.reduceKernel,
      reduceBias: work.weights + places.reduceBias,
      expandKernel: work.weights + places.expandSqueezeKernel,
      expandBias: work.weights + places.expandSqueezeBias,
      reduced: squeeze.reduced.start + firstImage * narrow,
      hidden: squeeze.hidden.start + firstImage * narrow,
      gate: squeeze.gate.start + firstImage * wide)
    work.lap(.squeeze, .forward, place, multiplyAdds: squeeze.products(images: images))
  }
}
