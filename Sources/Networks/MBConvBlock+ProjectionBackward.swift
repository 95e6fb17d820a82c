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
    let count = images * outputPixels
    let tile = wideTile(work, count: count)
    let gated = Pixels.planes(work.activated.start, pixels: count)
    writeProjectionGradient(work, microBatch, firstImage: firstImage, 0, count)
    multiplyByProjection(work, count)
    for image in 0..<images {
      let position = firstImage + image
      NormalizedActivation.gateGradient(
        tile.dropping(image * outputPixels), filtered(position), count: outputPixels,
        channels: shape.expandedChannels, filterNormalization.normalization(microBatch),
        activation, gate: squeeze.gate.start + position * wide,
        into: gated.dropping(image * outputPixels), dgate: squeeze.dgate.start + position * wide)
    }
    work.lap(.activation, .backward, place, read: count * wide)
    PixelProduct.multiplyTransposed(
      gated, rows: shape.expandedChannels, narrowTile(work), columns: shape.outputChannels,
      count: count, into: kernelGradient, adding: !isFirst)
    work.lap(.projection, .backward, place, multiplyAdds: projectionProducts(rows: count))
  }

  /// Gradients of the raw projection of a tile.
  private func narrowTile(_ work: Workspace) -> Pixels {
    .rows(work.narrowTile.start, channels: shape.outputChannels)
  }

  /// Writes the gradient of the gated pixels to the wide tile, from that of the projection.
  private func multiplyByProjection(_ work: Workspace, _ count: Int) {
    PixelProduct.multiply(
      narrowTile(work), count: count, depth: shape.outputChannels,
      .planes(work.kernel.start, pixels: shape.outputChannels), columns: shape.expandedChannels,
      into: wideTile(work, count: count))
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
    let outputs = shape.outputChannels
    forEachTile(of: images * outputPixels) { first, count in
      writeProjectionGradient(work, microBatch, firstImage: firstImage, first, count)
      let tile = wideTile(work, count: count)
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        NormalizedActivation.apply(
          filtered(firstImage + image).dropping(row - image * outputPixels), count: count,
          channels: shape.expandedChannels, filterNormalization.normalization(microBatch),
          activation, into: tile.dropping(row - first))
      }
      work.lap(.activation, .backward, place, read: count * wide)
      guard let squeeze else {
        PixelProduct.multiplyTransposed(
          tile, rows: shape.expandedChannels, narrowTile(work), columns: outputs, count: count,
          into: kernelGradient, adding: !(isFirst && first == 0))
        work.lap(.projection, .backward, place, multiplyAdds: projectionProducts(rows: count))
        return
      }
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        PixelProduct.multiplyTransposed(
          tile.dropping(row - first), rows: shape.expandedChannels,
          narrowTile(work).dropping(row - first), columns: outputs, count: count,
          into: work.products.start, adding: row > image * outputPixels)
        work.lap(.projection, .backward, place, multiplyAdds: projectionProducts(rows: count))
        guard row + count == (image + 1) * outputPixels else { return }
        let offset = (firstImage + image) * wide
        squeeze.operation.projectionGradients(
          ofProducts: work.products.start, outputs: outputs,
          kernel: work.weights + places.projectKernel,
          gate: squeeze.gate.start + offset, dgate: squeeze.dgate.start + offset,
          kernelGradient: kernelGradient, accumulating: !(isFirst && image == 0))
        work.lap(
          .squeeze, .backward, place, multiplyAdds: 2 * shape.expandedChannels * outputs)
      }
    }
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
    forEachTile(of: rows) { first, count in
      // What a single tile has left from the kernel's gradient is still there.
      if rows > GEMM.tileRows {
        writeProjectionGradient(work, microBatch, firstImage: firstImage, first, count)
      }
      if !gatesPixels { multiplyByProjection(work, count) }
      let tile = wideTile(work, count: count)
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        let position = firstImage + image
        let inImage = row - image * outputPixels
        let target = Pixels.planes(
          work.outputGradient.start + position * outputPixels * wide, pixels: outputPixels)
        NormalizedActivation.backward(
          tile.dropping(row - first), filtered(position).dropping(inImage), count: count,
          channels: shape.expandedChannels, filterNormalization.normalization(microBatch),
          activation,
          gate: squeeze.map {
            NormalizedActivation.Gate(
              gate: $0.gate.start + position * wide, pooled: $0.dpooled.start + position * wide)
          },
          mean: filterNormalization.mean(microBatch),
          inverseDeviation: filterNormalization.inverseDeviation(microBatch),
          into: target.dropping(inImage), sums: filterNormalization.sums(microBatch))
      }
      work.lap(
        .activation, .backward, place, read: count * wide, written: count * wide)
    }
  }
}
