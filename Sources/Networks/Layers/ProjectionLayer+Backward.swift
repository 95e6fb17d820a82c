import Kernels
import Tensors

extension ProjectionLayer {
  func prepareBackward(_ work: Workspace) {
    PixelProduct.packTransposed(
      work.weights.start + places.kernel, rows: source.channels, columns: output.channels,
      into: work.kernel.start)
    work.measured(.projection, .backward, place)
  }

  /// Carries the gradient of the projection's output back to that of the normalised values it
  /// reads, and computes the gradients of projection and squeeze-and-excitation.
  func backward(_ pass: TrainingPass, _ run: ImageRun) {
    let work = pass.work
    pass.accumulate(places.range, at: place, run) { gradient in
      let kernel = gradient + places.kernel
      for first in stride(from: 0, to: run.imageCount, by: imagesPerTile) {
        let part = run.part(from: first, upTo: imagesPerTile)
        if let gate, gatesPixels {
          gateBackward(pass, part, gate, kernel, isFirst: first == 0)
        } else {
          kernelBackward(pass, part, kernel, isFirst: first == 0)
        }
        gate?.backward(work, part, pixels: pixels, at: place)
        activateBackward(pass, part)
        pass.progress()
      }
      gate?.parameterGradients(work, run, into: gradient, at: place)
    }
  }

  /// A tile of `count` pixels of what is read, and of its gradient.
  private func wideTile(_ work: Workspace, _ count: Int) -> Pixels {
    .planes(work.wideTile.start, pixels: count)
  }

  /// Gradients of the raw projection of a tile.
  private func narrowTile(_ work: Workspace) -> Pixels {
    .rows(work.narrowTile.start, channels: output.channels)
  }

  /// Writes the gradient of the raw projection for `count` rows from row `first` of some images on.
  private func writeProjectionGradient(
    _ pass: TrainingPass, _ part: ImageRun, _ first: Int, _ count: Int
  ) {
    output.writeGradient(pass, part, first, count, into: narrowTile(pass.work))
    pass.work.measured(
      .normalizationGradient, .backward, place, read: 2 * count * output.stride)
  }

  /// Gradient of the kernel and of the gates, for the small images of a tile.
  ///
  /// The gate meets the pixels themselves; see ``kernelBackward`` for larger images.
  private func gateBackward(
    _ pass: TrainingPass, _ part: ImageRun, _ gate: GateLayer,
    _ kernelGradient: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    let work = pass.work
    let count = part.imageCount * pixels
    let tile = wideTile(work, count)
    let gated = Pixels.planes(work.activated.start, pixels: count)
    writeProjectionGradient(pass, part, 0, count)
    multiplyByKernel(work, count)
    for (index, image) in part.images.enumerated() {
      let first = index * pixels
      NormalizedActivation.gateGradient(
        tile.dropping(first), source.image(image, part), count: pixels,
        channels: source.channels, gate: gate.gate(image), into: gated.dropping(first),
        dgate: gate.dgate(image))
    }
    work.measured(.activation, .backward, place, read: count * source.stride)
    PixelProduct.multiplyTransposed(
      gated, rows: source.channels, narrowTile(work), columns: output.channels, count: count,
      into: kernelGradient, adding: !isFirst)
    work.measured(.projection, .backward, place, multiplyAdds: products(rows: count))
  }

  /// Writes the gradient of the gated pixels to the wide tile, from that of the projection.
  private func multiplyByKernel(_ work: Workspace, _ count: Int) {
    PixelProduct.multiply(
      narrowTile(work), count: count, depth: output.channels,
      .planes(work.kernel.start, pixels: output.channels), columns: source.channels,
      into: wideTile(work, count))
    work.measured(.projection, .backward, place, multiplyAdds: products(rows: count))
  }

  /// Gradient of the kernel and of the gates, for the images of a tile.
  ///
  /// With V the activated pixels of an image and D the gradients of its projection, the product
  /// VᵀD is all that both need: times the gate it is the image's share of the kernel's gradient;
  /// times the kernel, summed over the outputs, it is the gradient of the gate.
  private func kernelBackward(
    _ pass: TrainingPass, _ part: ImageRun, _ kernelGradient: UnsafeMutablePointer<Float>,
    isFirst: Bool
  ) {
    let work = pass.work
    forEachTile(of: part.imageCount * pixels) { first, count in
      writeProjectionGradient(pass, part, first, count)
      let tile = wideTile(work, count)
      forEachImage(ofRows: first, count, pixels: pixels) { image, row, count in
        NormalizedActivation.apply(
          source.image(part.firstImage + image, part).dropping(row - image * pixels),
          count: count, channels: source.channels, into: tile.dropping(row - first))
      }
      work.measured(.activation, .backward, place, read: count * source.stride)
      guard let gate else {
        PixelProduct.multiplyTransposed(
          tile, rows: source.channels, narrowTile(work), columns: output.channels, count: count,
          into: kernelGradient, adding: !(isFirst && first == 0))
        work.measured(.projection, .backward, place, multiplyAdds: products(rows: count))
        return
      }
      forEachImage(ofRows: first, count, pixels: pixels) { image, row, count in
        PixelProduct.multiplyTransposed(
          tile.dropping(row - first), rows: source.channels,
          narrowTile(work).dropping(row - first), columns: output.channels, count: count,
          into: work.products.start, adding: row > image * pixels)
        work.measured(.projection, .backward, place, multiplyAdds: products(rows: count))
        guard row + count == (image + 1) * pixels else { return }
        let position = part.firstImage + image
        gate.operation.projectionGradients(
          ofProducts: work.products.start, outputs: output.channels,
          kernel: work.weights.start + places.kernel, gate: gate.gate(position),
          dgate: gate.dgate(position), kernelGradient: kernelGradient,
          accumulating: !(isFirst && image == 0))
        work.measured(
          .squeeze, .backward, place, multiplyAdds: 2 * source.channels * output.channels)
      }
      pass.progress()
    }
  }

  /// Carries the gradient through projection, gate and activation, for the images of a tile.
  private func activateBackward(_ pass: TrainingPass, _ part: ImageRun) {
    let work = pass.work
    let rows = part.imageCount * pixels
    forEachTile(of: rows) { first, count in
      // What a single tile has left from the kernel's gradient is still there.
      if rows > PixelProduct.tileRows { writeProjectionGradient(pass, part, first, count) }
      if !gatesPixels { multiplyByKernel(work, count) }
      let tile = wideTile(work, count)
      forEachImage(ofRows: first, count, pixels: pixels) { image, row, count in
        let position = part.firstImage + image
        let inImage = row - image * pixels
        NormalizedActivation.backward(
          tile.dropping(row - first), source.image(position, part).dropping(inImage),
          count: count, channels: source.channels,
          gate: gate.map {
            NormalizedActivation.Gate(gate: $0.gate(position), pooled: $0.dpooled(position))
          },
          into: source.normalizedGradient(position).dropping(inImage),
          sums: source.normalization.gradientSums(part))
      }
      work.measured(
        .activation, .backward, place, read: count * source.stride,
        written: count * source.stride)
      pass.progress()
    }
  }
}
