import Kernels
import Tensors

/// The 1×1 convolution at the end of a block, behind the activation and the gate of what it reads.
final class ProjectionLayer: Layer {
  let normalization: NormalizationLayer
  let source: RawOutput
  let output: RawOutput
  let places: ConvolutionPlaces
  let place: StepProfile.Place
  let gate: GateLayer?

  /// - Parameter gates: Images whose gates are kept.
  init(
    _ shape: Convolution, _ places: ConvolutionPlaces, source: RawOutput, output: RawOutput,
    _ unit: Unit, gates: Int, _ work: Workspace
  ) throws(MemoryShortage) {
    self.places = places
    self.source = source
    self.output = output
    normalization = output.normalization
    place = StepProfile.Place(unit.role)
    if let gate = shape.gate, let gatePlaces = places.gate {
      self.gate = try GateLayer(
        SqueezeExcitation(channels: shape.inputChannels, squeezed: gate.squeezed), gatePlaces,
        capacity: gates)
    } else {
      gate = nil
    }
    work.activated.require(
      max(imagesPerTile * source.pixels, PixelProduct.tileRows) * source.stride)
    work.kernel.require(source.stride * output.channels)
    guard !normalization.isFrozen else { return }
    work.wideTile.require(PixelProduct.tileRows * source.stride)
    work.narrowTile.require(PixelProduct.tileRows * output.stride)
    if gate != nil { work.products.require(source.channels * output.channels) }
  }

  var sourceNormalization: NormalizationLayer? { source.normalization }

  var pixels: Int { source.pixels }

  /// Images whose pixels make up about one tile, so that small images share a product.
  var imagesPerTile: Int { max(1, PixelProduct.tileRows / pixels) }

  /// Whether an image has fewer pixels than outputs: then its gate meets the pixels, else the
  /// kernel.
  var gatesPixels: Bool { gate != nil && pixels < min(output.channels, PixelProduct.tileRows) }

  /// Multiply-adds of some rows.
  func products(rows: Int) -> Int { rows * source.channels * output.channels }

  func forward(_ work: Workspace, _ run: ImageRun) {
    // Backwards: the images filtered last are still in the cache.
    let last = max(run.imageCount - 1, 0) / imagesPerTile * imagesPerTile
    for first in stride(from: last, through: 0, by: -imagesPerTile) {
      project(work, run, run.part(from: first, upTo: imagesPerTile))
    }
  }

  /// Projects the images of a tile, `part` of a run.
  private func project(_ work: Workspace, _ run: ImageRun, _ part: ImageRun) {
    let weights = work.weights.start + places.kernel
    let start = (part.firstImage - run.firstImage) * pixels
    let rows = start..<start + part.imageCount * pixels
    let activated = Pixels.planes(work.activated.start, pixels: rows.count)
    activate(work, part, into: activated)
    guard let gate else {
      return multiply(work, run, activated, rows, weights)
    }
    gate.forward(work, part, at: place)
    for (index, image) in part.images.enumerated() {
      let factors = gate.gate(image)
      let own = activated.dropping(index * pixels)
      if gatesPixels {
        own.gate(count: pixels, channels: source.channels, by: factors, into: own)
        work.measured(.activation, .forward, place)
      } else {
        gate.operation.gateKernel(
          weights, outputs: output.channels, gate: factors, into: work.kernel.start)
        work.measured(.squeeze, .forward, place)
        let first = start + index * pixels
        multiply(work, run, own, first..<first + pixels, work.kernel.start)
      }
    }
    if gatesPixels { multiply(work, run, activated, rows, weights) }
  }

  /// Multiplies activated rows of a run by a kernel.
  private func multiply(
    _ work: Workspace, _ run: ImageRun, _ activated: Pixels, _ rows: Range<Int>,
    _ kernel: UnsafePointer<Float>
  ) {
    forEachTile(of: rows.count) { first, count in
      output.forEachPiece(of: run, rows.lowerBound + first, count) { raw, row, count in
        PixelProduct.multiply(
          activated.dropping(row - rows.lowerBound), count: count, depth: source.channels,
          .matrix(kernel, columns: output.channels), columns: output.channels, into: raw)
        work.measured(
          .projection, .forward, place, written: count * output.stride,
          multiplyAdds: products(rows: count))
        normalization.accumulate(run, raw, count: count)
        work.measured(.channelSums, .forward, place)
        output.settle(run, row, count)
      }
    }
  }

  /// Activates images, and pools them.
  private func activate(_ work: Workspace, _ part: ImageRun, into target: Pixels) {
    for (index, image) in part.images.enumerated() {
      NormalizedActivation.apply(
        source.image(image, part), count: pixels, channels: source.channels,
        into: target.dropping(index * pixels), mean: gate.map { $0.pooled(image) })
    }
    work.measured(
      .activation, .forward, place, read: part.imageCount * source.imageSize)
  }
}
