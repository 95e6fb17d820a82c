import Kernels
import Tensors

extension MBConvBlock {
  /// Turns the gradient of the block's output, `work.current`, into that of its input.
  ///
  /// The gradient in front of the first block is that of the stem's batch normalisation and stands
  /// in `work.inputGradient`.
  func backward(_ work: Workspace, _ gradients: GradientTree) throws(ExchangeError) {
    try work.differentiate(projectNormalization, of: place, gradients) {
      sumOutputGradient(work, $0)
    }
    PixelProduct.packTransposed(
      work.weights + places.projectKernel, rows: shape.expandedChannels,
      columns: shape.outputChannels, into: work.kernel.start)
    work.lap(.projection, .backward, place)
    try work.differentiate(filterNormalization, of: place, gradients) {
      projectBackward(work, $0, gradients)
    }
    try work.differentiate(sourceNormalization, of: place, gradients) {
      filterBackward(work, $0, gradients, sourceNormalization)
    }
    if let expandNormalization {
      if recomputed == nil {
        PixelProduct.packTransposed(
          work.weights + places.expandKernel, rows: shape.inputChannels,
          columns: shape.expandedChannels, into: work.kernel.start)
        work.lap(.expansion, .backward, place)
      }
      for microBatch in work.microBatches {
        if let recomputed, !endsBackward, work.layout.isFirstOfGroup(microBatch.index) {
          recomputed.prepareCorrection(work, microBatch, expandNormalization)
        }
        expandBackward(work, microBatch, gradients, expandNormalization)
      }
    }
    // A skip block adds to the gradient it was given; the others wrote a new one.
    if !shape.hasSkip { swap(&work.current, &work.next) }
  }

  func branchFactor(_ work: Workspace, _ image: Int) -> Float {
    work.branchFactors.start[index * work.layout.capacity + image]
  }

  private func sumOutputGradient(_ work: Workspace, _ microBatch: MicroBatch) {
    for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
      let offset = image * outputPixels * narrowOut
      GradientSums.accumulate(
        into: projectNormalization.sums(microBatch), channels: shape.outputChannels,
        work.current.start + offset, factor: branchFactor(work, image), projected.start + offset,
        rows: outputPixels, mean: projectNormalization.mean(microBatch),
        inverseDeviation: projectNormalization.inverseDeviation(microBatch))
    }
    work.lap(
      .channelSums, .backward, place,
      read: 2 * microBatch.imageCount * outputPixels * narrowOut)
  }

  private func filterBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree,
    _ normalization: NormalizationLayer
  ) {
    let kernel = places.depthwiseKernel
    let taps = shape.geometry.kernel * shape.geometry.kernel
    let size = taps * shape.expandedChannels
    let range = kernel..<kernel + channelStride(size)
    work.accumulate(gradients, range, of: place, microBatch) { gradient in
      let padded = work.depthwiseGradient.start
      padded.update(repeating: 0, count: taps * wide)
      let expansion = recomputed?.expansion
      recomputed?.beginGradient(work, microBatch, normalization)
      // Backwards: the gradients written last are still in the cache.
      for image in (microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount)
        .reversed()
      {
        let inside = image * outputPixels * wide
        let output = DepthwiseConvolution.OutputGradient(
          dz: work.outputGradient.start + inside, y: filtered.start + inside,
          filterNormalization.gradientCoefficients(microBatch))
        if let expansion, let recomputed {
          let outside = image * inputPixels * narrowIn
          depthwise.backward(
            output, expanding: input.start + outside, expansion,
            normalization.normalization(microBatch),
            into: recomputed.target(
              microBatch, normalization, dx: narrowGradient(work).start + outside,
              isAdding: shape.hasSkip),
            weights: work.weights + kernel, weightGradient: padded, scratch: work.scratch.start)
          // The expansion is made again, and multiplied for the gradients of its two factors.
          work.lap(
            .expandedDepthwise, .backward, place,
            read: 2 * outputPixels * wide + inputPixels * (shape.hasSkip ? 2 : 1) * narrowIn,
            written: inputPixels * narrowIn,
            multiplyAdds: 3 * expansionProducts + 2 * depthwiseProducts)
        } else {
          depthwise.backward(
            output, source(image), normalization.normalization(microBatch),
            into: inputGradient(work, microBatch, image, normalization),
            weights: work.weights + kernel, weightGradient: padded, scratch: work.scratch.start)
          let skip = !shape.isExpanding && shape.hasSkip ? inputPixels * wide : 0
          work.lap(
            .depthwise, .backward, place,
            read: 2 * outputPixels * wide + inputPixels * wide + skip,
            written: inputPixels * wide, multiplyAdds: 2 * depthwiseProducts)
        }
      }
      recomputed?.endGradient(work, microBatch, normalization)
      for tap in 0..<taps {
        (gradient + kernel + tap * shape.expandedChannels).update(
          from: padded + tap * wide, count: shape.expandedChannels)
      }
      work.lap(recomputed == nil ? .depthwise : .expandedDepthwise, .backward, place)
    }
  }

  /// Where the gradient of the block's input ends up.
  private func narrowGradient(_ work: Workspace) -> FloatBuffer {
    shape.hasSkip ? work.current : work.next
  }

  /// Where the gradient of an image's stored depthwise input goes.
  private func inputGradient(
    _ work: Workspace, _ microBatch: MicroBatch, _ image: Int, _ normalization: NormalizationLayer
  ) -> DepthwiseConvolution.InputGradient {
    // Without an expansion this is the gradient of the block's input itself, and the short cut ends
    // here.
    let isLast = !shape.isExpanding
    let narrow = image * inputPixels * narrowIn
    let target: Pixels =
      isLast && previous != nil
      ? .rows(narrowGradient(work).start + narrow, channels: shape.inputChannels)
      : .planes(work.inputGradient.start + image * inputPixels * wide, pixels: inputPixels)
    return DepthwiseConvolution.InputGradient(
      mean: normalization.mean(microBatch),
      inverseDeviation: normalization.inverseDeviation(microBatch),
      skip: isLast && shape.hasSkip
        ? .rows(work.current.start + narrow, channels: shape.inputChannels) : nil,
      dx: target, sums: normalization.sums(microBatch))
  }

  private func expandBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree,
    _ normalization: NormalizationLayer
  ) {
    let kernel = places.expandKernel
    let size = shape.inputChannels * shape.expandedChannels
    let start = microBatch.firstImage * inputPixels
    let dinput = narrowGradient(work).start + start * narrowIn
    let range = kernel..<kernel + channelStride(size)
    work.accumulate(gradients, range, of: place, microBatch) { gradient in
      if let recomputed {
        recomputed.finish(
          work, microBatch, normalization, x: input.start + start * narrowIn,
          dx: endsBackward ? nil : dinput, rows: microBatch.imageCount * inputPixels,
          into: gradient + kernel)
        let floats = endsBackward ? 0 : microBatch.imageCount * inputPixels * narrowIn
        work.lap(
          .expansion, .backward, place, read: 2 * floats, written: floats,
          multiplyAdds: endsBackward
            ? 0
            : microBatch.imageCount * inputPixels * shape.inputChannels * shape.inputChannels)
        return
      }
      forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
        let tile = wideTile(work, count: count)
        forEachImage(ofRows: first, count, pixels: inputPixels) { image, row, count in
          let position = microBatch.firstImage + image
          let inImage = row - image * inputPixels
          let dz = Pixels.planes(
            work.inputGradient.start + position * inputPixels * wide, pixels: inputPixels)
          BatchNormalization.inputGradient(
            dz.dropping(inImage), source(position).dropping(inImage), count: count,
            channels: shape.expandedChannels, normalization.gradientCoefficients(microBatch),
            into: tile.dropping(row - first))
        }
        work.lap(.normalizationGradient, .backward, place, read: 2 * count * wide)
        PixelProduct.multiplyTransposed(
          .rows(input.start + (start + first) * narrowIn, channels: shape.inputChannels),
          rows: shape.inputChannels, tile, columns: shape.expandedChannels, count: count,
          into: gradient + kernel, adding: first > 0)
        let products = count * shape.inputChannels * shape.expandedChannels
        if endsBackward {
          work.lap(
            .expansion, .backward, place, read: count * narrowIn, multiplyAdds: products)
          return
        }
        PixelProduct.multiply(
          tile, count: count, depth: shape.expandedChannels,
          .planes(work.kernel.start, pixels: shape.expandedChannels),
          columns: shape.inputChannels,
          into: .rows(dinput + first * narrowIn, channels: shape.inputChannels),
          adding: shape.hasSkip)
        work.lap(
          .expansion, .backward, place, read: count * (shape.hasSkip ? 2 : 1) * narrowIn,
          written: count * narrowIn, multiplyAdds: 2 * products)
      }
    }
  }
}
