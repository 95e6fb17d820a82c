import Kernels
import Tensors

extension MBConvBlock {
  /// Turns the gradient of the block's output, `work.current`, into that of its input.
  ///
  /// The gradient in front of the first block is that of the stem's batch normalisation and stands
  /// in `work.inputGradient`.
  func backward(_ work: Workspace, _ gradients: GradientTree) throws(ExchangeError) {
    try work.differentiate(projectNormalization, gradients) { sumOutputGradient(work, $0) }
    try work.differentiate(filterNormalization, gradients) {
      projectBackward(work, $0, gradients)
    }
    let source = source
    try work.differentiate(source.normalization, gradients) {
      filterBackward(work, $0, gradients, source.normalization)
    }
    if let expandNormalization {
      for microBatch in work.microBatches {
        expandBackward(work, microBatch, gradients, expandNormalization)
      }
    }
    // A skip block adds to the gradient it was given; the others wrote a new one.
    if !shape.hasSkip { swap(&work.current, &work.next) }
  }

  private func branchFactor(_ work: Workspace, _ image: Int) -> Float {
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
  }

  private func projectBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree
  ) {
    let kernel = places.projectKernel
    squeeze.map {
      ($0.dgate.start + microBatch.firstImage * wide).update(
        repeating: 0, count: microBatch.imageCount * wide)
    }
    gradients.accumulate(places.projectRange, microBatch) { gradient in
      for first in stride(from: 0, to: microBatch.imageCount, by: imagesPerTile) {
        let images = min(imagesPerTile, microBatch.imageCount - first)
        let image = microBatch.firstImage + first
        projectTileBackward(
          work, microBatch, firstImage: image, images: images, gradient + kernel,
          isFirst: first == 0)
        gateBackward(work, microBatch, firstImage: image, images: images)
      }
      guard let squeeze else { return }
      let narrow = channelStride(squeeze.operation.squeezed)
      squeeze.operation.parameterGradients(
        dgate: squeeze.dgate.start + microBatch.firstImage * wide,
        dreduced: squeeze.dreduced.start + microBatch.firstImage * narrow,
        pooled: squeeze.pooled.start + microBatch.firstImage * wide,
        hidden: squeeze.hidden.start + microBatch.firstImage * narrow,
        images: microBatch.imageCount,
        reduceKernel: gradient + places.reduceKernel, reduceBias: gradient + places.reduceBias,
        expandKernel: gradient + places.expandSqueezeKernel,
        expandBias: gradient + places.expandSqueezeBias)
    }
  }

  /// Gradient of the gated tensor, of the kernel, and of the gates, for the images of a tile.
  private func projectTileBackward(
    _ work: Workspace, _ microBatch: MicroBatch, firstImage: Int, images: Int,
    _ kernelGradient: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    let start = firstImage * outputPixels
    let gated = work.wideTile.start
    let dprojected = work.narrowTile.start
    let normalization = filterNormalization.normalization(microBatch)
    forEachTile(of: images * outputPixels) { first, count in
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        let offset = (start + row) * narrowOut
        BatchNormalization.inputGradient(
          work.current.start + offset, factor: branchFactor(work, firstImage + image),
          projected.start + offset, rows: count, channels: shape.outputChannels,
          projectNormalization.gradientCoefficients(microBatch),
          into: dprojected + (row - first) * narrowOut)
      }
      let dgated = work.outputGradient.start + (start + first) * wide
      // [rows, Cout] · [C, Cout]ᵀ
      GEMM.multiplyByTransposed(
        m: count, n: shape.expandedChannels, k: shape.outputChannels, dprojected, narrowOut,
        work.weights + places.projectKernel, shape.outputChannels, into: dgated, wide)
      if let squeeze {
        forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
          let pixel = (start + row) * wide
          NormalizedActivation.gateGradient(
            work.outputGradient.start + pixel, filtered.start + pixel, rows: count,
            channels: shape.expandedChannels, normalization, activation,
            gate: squeeze.gate.start + (firstImage + image) * wide,
            into: gated + (row - first) * wide,
            dgate: squeeze.dgate.start + (firstImage + image) * wide)
        }
      } else {
        NormalizedActivation.apply(
          filtered.start + (start + first) * wide, rows: count, channels: shape.expandedChannels,
          normalization, activation, into: gated)
      }
      // [rows, C]ᵀ · [rows, Cout]
      GEMM.multiplyTransposed(
        m: shape.expandedChannels, n: shape.outputChannels, k: count, gated, wide, dprojected,
        narrowOut, into: kernelGradient, shape.outputChannels,
        accumulating: !(isFirst && first == 0))
    }
  }

  /// Carries the gradient through gates, pooling and activation, for the images of a tile.
  private func gateBackward(
    _ work: Workspace, _ microBatch: MicroBatch, firstImage: Int, images: Int
  ) {
    if let squeeze {
      let narrow = channelStride(squeeze.operation.squeezed)
      let dpooled = squeeze.dpooled.start + firstImage * wide
      squeeze.operation.backward(
        dgate: squeeze.dgate.start + firstImage * wide, images: images,
        gate: squeeze.gate.start + firstImage * wide,
        reduced: squeeze.reduced.start + firstImage * narrow,
        reduceKernel: work.weights + places.reduceKernel,
        expandKernel: work.weights + places.expandSqueezeKernel,
        dreduced: squeeze.dreduced.start + firstImage * narrow, dpooled: dpooled)
      let inverse = 1 / Float(outputPixels)
      for i in 0..<images * wide { dpooled[i] *= inverse }
    }
    for image in firstImage..<firstImage + images {
      let offset = image * outputPixels * wide
      NormalizedActivation.backward(
        work.outputGradient.start + offset, filtered.start + offset, rows: outputPixels,
        channels: shape.expandedChannels, filterNormalization.normalization(microBatch), activation,
        gate: squeeze.map {
          NormalizedActivation.Gate(
            gate: $0.gate.start + image * wide, pooled: $0.dpooled.start + image * wide)
        },
        mean: filterNormalization.mean(microBatch),
        inverseDeviation: filterNormalization.inverseDeviation(microBatch),
        sums: filterNormalization.sums(microBatch))
    }
  }

  private func filterBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree,
    _ normalization: NormalizationLayer
  ) {
    let kernel = places.depthwiseKernel
    let taps = shape.geometry.kernel * shape.geometry.kernel
    let size = taps * shape.expandedChannels
    // Without an expansion the gradient in front is that of the block's input itself, and the short
    // cut ends here.
    let isLast = !shape.isExpanding
    let target =
      isLast && previous != nil
      ? (shape.hasSkip ? work.current : work.next) : work.inputGradient
    gradients.accumulate(kernel..<kernel + channelStride(size), microBatch) { gradient in
      let padded = work.depthwiseGradient.start
      padded.update(repeating: 0, count: taps * wide)
      for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
        let (inside, outside) = (image * outputPixels * wide, image * inputPixels * wide)
        depthwise.backward(
          work.outputGradient.start + inside, filtered.start + inside,
          filterNormalization.gradientCoefficients(microBatch),
          source.raw.start + outside, normalization.normalization(microBatch),
          mean: normalization.mean(microBatch),
          inverseDeviation: normalization.inverseDeviation(microBatch),
          weights: work.weights + kernel,
          skip: isLast && shape.hasSkip ? UnsafePointer(work.current.start + outside) : nil,
          into: target.start + outside, sums: normalization.sums(microBatch),
          weightGradient: padded, scratch: work.planes.start)
      }
      for tap in 0..<taps {
        (gradient + kernel + tap * shape.expandedChannels).update(
          from: padded + tap * wide, count: shape.expandedChannels)
      }
    }
  }

  private func expandBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree,
    _ normalization: NormalizationLayer
  ) {
    let kernel = places.expandKernel
    let size = shape.inputChannels * shape.expandedChannels
    let start = microBatch.firstImage * inputPixels
    let dinput = shape.hasSkip ? work.current : work.next
    gradients.accumulate(kernel..<kernel + channelStride(size), microBatch) { gradient in
      forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
        let dexpanded = work.inputGradient.start + (start + first) * wide
        BatchNormalization.inputGradient(
          dexpanded, expanded.start + (start + first) * wide, rows: count,
          channels: shape.expandedChannels, normalization.gradientCoefficients(microBatch),
          into: dexpanded)
        // [rows, Cin]ᵀ · [rows, C]
        GEMM.multiplyTransposed(
          m: shape.inputChannels, n: shape.expandedChannels, k: count,
          input.start + (start + first) * narrowIn, narrowIn, dexpanded, wide,
          into: gradient + kernel, shape.expandedChannels, accumulating: first > 0)
        // [rows, C] · [Cin, C]ᵀ
        GEMM.multiplyByTransposed(
          m: count, n: shape.inputChannels, k: shape.expandedChannels, dexpanded, wide,
          work.weights + places.expandKernel, shape.expandedChannels,
          into: dinput.start + (start + first) * narrowIn, narrowIn,
          accumulating: shape.hasSkip)
      }
    }
  }
}
