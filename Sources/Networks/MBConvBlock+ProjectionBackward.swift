import Kernels
import Tensors

extension MBConvBlock {
  /// Carries the gradient of the projection's output back to that of the depthwise convolution's
  /// normalised output, and computes the gradients of projection and squeeze-and-excitation.
  func projectBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree
  ) {
    work.accumulate(gradients, places.projectRange, of: place, microBatch) { gradient in
      let kernel = gradient + places.projectKernel
      for first in stride(from: 0, to: microBatch.imageCount, by: imagesPerTile) {
        let images = min(imagesPerTile, microBatch.imageCount - first)
        let firstImage = microBatch.firstImage + first
        if let squeeze, gatesPixels {
          gateBackward(
            work, microBatch, squeeze, firstImage: firstImage, images: images, kernel,
            isFirst: first == 0)
        } else {
          projectKernelBackward(
            work, microBatch, firstImage: firstImage, images: images, kernel, isFirst: first == 0)
        }
        if let squeeze {
          exciteBackward(work, squeeze, firstImage: firstImage, images: images)
        }
        activateBackward(work, microBatch, firstImage: firstImage, images: images)
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
      work.lap(
        .squeeze, .backward, place,
        multiplyAdds: squeeze.products(images: microBatch.imageCount))
    }
  }

  /// Whether an image has fewer pixels than outputs, and so more products than pixels.
  private var gatesPixels: Bool {
    squeeze != nil && outputPixels < min(shape.outputChannels, GEMM.tileRows)
  }

  /// Writes the gradient of the raw projection for `count` rows from row `first` of `firstImage` on.
  private func writeProjectionGradient(
    _ work: Workspace, _ microBatch: MicroBatch, firstImage: Int, _ first: Int, _ count: Int
  ) {
    forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
      let offset = (firstImage * outputPixels + row) * narrowOut
      BatchNormalization.inputGradient(
        .rows(work.current.start + offset, channels: shape.outputChannels),
        factor: branchFactor(work, firstImage + image),
        .rows(projected.start + offset, channels: shape.outputChannels), count: count,
        channels: shape.outputChannels, projectNormalization.gradientCoefficients(microBatch),
        into: .rows(
          work.narrowTile.start + (row - first) * narrowOut, channels: shape.outputChannels))
    }
    work.lap(.normalizationGradient, .backward, place, read: 2 * count * narrowOut)
  }

  /// Gradient of the kernel and of the gates, for the small images of a tile.
  ///
  /// The gate meets the pixels themselves; see ``projectKernelBackward`` for larger images.
  private func gateBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ squeeze: Squeeze, firstImage: Int, images: Int,
    _ kernelGradient: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    let tile = work.wideTile.start
    let gated = work.activated.start
    forEachTile(of: images * outputPixels) { first, count in
      writeProjectionGradient(work, microBatch, firstImage: firstImage, first, count)
      multiplyByProjection(work, count)
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        let place = firstImage + image
        NormalizedActivation.gateGradient(
          .rows(tile + (row - first) * wide, channels: shape.expandedChannels), filtered(place),
          count: count, channels: shape.expandedChannels,
          filterNormalization.normalization(microBatch), activation,
          gate: squeeze.gate.start + place * wide,
          into: .rows(gated + (row - first) * wide, channels: shape.expandedChannels),
          dgate: squeeze.dgate.start + place * wide)
      }
      work.lap(.activation, .backward, place, read: count * wide)
      // [rows, C]ᵀ · [rows, Cout]
      GEMM.multiplyTransposed(
        m: shape.expandedChannels, n: shape.outputChannels, k: count, gated, wide,
        work.narrowTile.start, narrowOut, into: kernelGradient, shape.outputChannels,
        accumulating: !isFirst)
      work.lap(.projection, .backward, place, multiplyAdds: projectionProducts(rows: count))
    }
  }

  /// Writes the gradient of the gated pixels to the wide tile, from that of the projection.
  private func multiplyByProjection(_ work: Workspace, _ count: Int) {
    // [rows, Cout] · [C, Cout]ᵀ
    GEMM.multiplyByTransposed(
      m: count, n: shape.expandedChannels, k: shape.outputChannels, work.narrowTile.start,
      narrowOut, work.weights + places.projectKernel, shape.outputChannels,
      into: work.wideTile.start, wide)
    work.lap(.projection, .backward, place, multiplyAdds: projectionProducts(rows: count))
  }

  /// Gradient of the kernel and of the gates, for the images of a tile.
  ///
  /// With V the activated pixels of an image and D the gradients of its projection, the product
  /// VᵀD is all that both need: times the gate it is the image's share of the kernel's gradient;
  /// times the kernel, summed over the outputs, it is the gradient of the gate.
  private func projectKernelBackward(
    _ work: Workspace, _ microBatch: MicroBatch, firstImage: Int, images: Int,
    _ kernelGradient: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    let (outputs, normalization) = (
      shape.outputChannels, filterNormalization.normalization(microBatch)
    )
    let tile = work.wideTile.start
    forEachTile(of: images * outputPixels) { first, count in
      writeProjectionGradient(work, microBatch, firstImage: firstImage, first, count)
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        NormalizedActivation.apply(
          filtered(firstImage + image).dropping(row - image * outputPixels), count: count,
          channels: shape.expandedChannels, normalization, activation,
          into: .rows(tile + (row - first) * wide, channels: shape.expandedChannels))
      }
      work.lap(.activation, .backward, place, read: count * wide)
      guard let squeeze else {
        // [rows, C]ᵀ · [rows, Cout]
        GEMM.multiplyTransposed(
          m: shape.expandedChannels, n: outputs, k: count, tile, wide, work.narrowTile.start,
          narrowOut, into: kernelGradient, outputs, accumulating: !(isFirst && first == 0))
        work.lap(
          .projection, .backward, place, multiplyAdds: projectionProducts(rows: count))
        return
      }
      for channel in stride(from: 0, to: shape.expandedChannels, by: channelsPerProduct) {
        let channels = min(channelsPerProduct, shape.expandedChannels - channel)
        forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
          let products = work.products.start + channel * outputs
          // [rows, C]ᵀ · [rows, Cout]
          GEMM.multiplyTransposed(
            m: channels, n: outputs, k: count, tile + (row - first) * wide + channel, wide,
            work.narrowTile.start + (row - first) * narrowOut, narrowOut, into: products, outputs,
            accumulating: row > image * outputPixels)
          work.lap(.projection, .backward, place, multiplyAdds: count * channels * outputs)
          guard row + count == (image + 1) * outputPixels else { return }
          squeeze.operation.gateGradient(
            products, outputs: outputs, channels: channels,
            kernel: work.weights + places.projectKernel + channel * outputs,
            gate: squeeze.gate.start + (firstImage + image) * wide + channel,
            dgate: squeeze.dgate.start + (firstImage + image) * wide + channel,
            kernelGradient: kernelGradient + channel * outputs,
            accumulating: !(isFirst && image == 0))
          work.lap(.squeeze, .backward, place, multiplyAdds: 2 * channels * outputs)
        }
      }
    }
  }

  /// Channels whose products with the outputs stay in the L2 cache.
  private var channelsPerProduct: Int {
    max(vectorWidth, (48 << 10) / shape.outputChannels / vectorWidth * vectorWidth)
  }

  /// Carries the gradients of the gates of a tile's images back to the pooled means.
  private func exciteBackward(
    _ work: Workspace, _ squeeze: Squeeze, firstImage: Int, images: Int
  ) {
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
    work.lap(.squeeze, .backward, place, multiplyAdds: squeeze.products(images: images))
  }

  /// Carries the gradient through projection, gate and activation, for the images of a tile.
  private func activateBackward(
    _ work: Workspace, _ microBatch: MicroBatch, firstImage: Int, images: Int
  ) {
    let rows = images * outputPixels
    let tile = work.wideTile.start
    forEachTile(of: rows) { first, count in
      // What a single tile has left from the kernel's gradient is still there.
      if rows > GEMM.tileRows {
        writeProjectionGradient(work, microBatch, firstImage: firstImage, first, count)
      }
      if !gatesPixels { multiplyByProjection(work, count) }
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        let place = firstImage + image
        let target = Pixels.planes(
          work.outputGradient.start + place * outputPixels * wide, pixels: outputPixels)
        let inImage = row - image * outputPixels
        NormalizedActivation.backward(
          .rows(tile + (row - first) * wide, channels: shape.expandedChannels),
          filtered(place).dropping(inImage), count: count, channels: shape.expandedChannels,
          filterNormalization.normalization(microBatch), activation,
          gate: squeeze.map {
            NormalizedActivation.Gate(
              gate: $0.gate.start + place * wide, pooled: $0.dpooled.start + place * wide)
          },
          mean: filterNormalization.mean(microBatch),
          inverseDeviation: filterNormalization.inverseDeviation(microBatch),
          into: target.dropping(inImage), sums: filterNormalization.sums(microBatch))
      }
      work.lap(
        .activation, .backward, place, read: rows > GEMM.tileRows ? count * wide : 0,
        written: count * wide)
    }
  }
}
