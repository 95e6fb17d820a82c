import Kernels
import Tensors

/// An inverted bottleneck of a ``FoldedNetwork``.
final class FoldedBlock: Bottleneck {
  let shape: Architecture.Block
  private let places: BlockPlaces
  /// The stem's normalisation, when the block reads the stem.
  private let stem: NormalizationPlace?
  private let activation: Activation
  private let depthwise: DepthwiseConvolution
  private let squeeze: SqueezeExcitation?
  /// Weights of an expansion that is not stored; empty when it is.
  private let panels: FloatBuffer
  private let isRecomputed: Bool
  /// 1 and 0 for every channel of an input that is read as it is.
  private let ones, zeros: FloatBuffer

  init(
    _ shape: Architecture.Block, places: BlockPlaces, stem: NormalizationPlace?,
    activation: Activation
  ) {
    self.shape = shape
    self.places = places
    self.stem = stem
    self.activation = activation
    let readsActivated = shape.isExpanding || stem != nil
    depthwise = DepthwiseConvolution(
      geometry: shape.geometry, channels: shape.expandedChannels,
      activation: readsActivated ? activation : .identity)
    squeeze = shape.squeezedChannels.map {
      SqueezeExcitation(channels: shape.expandedChannels, squeezed: $0)
    }
    isRecomputed = shape.isExpanding && ExpansionStorage.automatic.recomputes(shape)
    panels = FloatBuffer(
      count: isRecomputed
        ? Expansion.panelsSize(
          inputChannels: shape.inputChannels, channels: shape.expandedChannels) : 0)
    ones = FloatBuffer(count: channelStride(shape.inputChannels))
    zeros = FloatBuffer(count: channelStride(shape.inputChannels))
    ones.values.update(repeating: 1)
  }

  func require(_ sizes: inout FoldedScratch.Sizes, images: Int) {
    let group = min(imagesPerTile, images)
    sizes.narrow = max(
      sizes.narrow, images * outputPixels * narrowOut,
      stem != nil && !shape.hasSkip ? 0 : images * inputPixels * narrowIn)
    if shape.isExpanding && !isRecomputed {
      sizes.expanded = max(sizes.expanded, group * inputPixels * wide)
    }
    sizes.filtered = max(sizes.filtered, group * outputPixels * wide)
    sizes.activated = max(sizes.activated, group * outputPixels * wide)
    sizes.gatedKernel = max(sizes.gatedKernel, wide * shape.outputChannels)
    sizes.wideImages = max(sizes.wideImages, group * wide)
    sizes.squeezedImages = max(
      sizes.squeezedImages, group * channelStride(shape.squeezedChannels ?? 0))
    sizes.kernel = max(sizes.kernel, depthwise.scratchSize)
  }

  /// Takes over new folded weights.
  func pack(_ weights: UnsafePointer<Float>) {
    guard isRecomputed else { return }
    Expansion.pack(
      weights + places.expandKernel, inputChannels: shape.inputChannels,
      channels: shape.expandedChannels, into: panels.start)
  }

  /// Turns `scratch.input` into `scratch.output`.
  ///
  /// - Parameter writeStem: Writes the stem of an image to `scratch.stem`.
  func forward(
    images: Int, _ weights: UnsafePointer<Float>, _ scratch: FoldedScratch,
    writeStem: (_ image: Int) -> Void
  ) {
    for first in stride(from: 0, to: images, by: imagesPerTile) {
      let group = first..<min(first + imagesPerTile, images)
      if shape.isExpanding && !isRecomputed { expand(group, weights, scratch) }
      for image in group {
        if stem != nil { writeStem(image) }
        filter(image, at: image - first, weights, scratch)
      }
      project(group, weights, scratch)
    }
  }

  /// Writes the expansion of a group of images.
  private func expand(
    _ images: Range<Int>, _ weights: UnsafePointer<Float>, _ scratch: FoldedScratch
  ) {
    for image in images {
      PixelProduct.multiply(
        .rows(
          scratch.input.start + image * inputPixels * narrowIn, channels: shape.inputChannels),
        count: inputPixels, depth: shape.inputChannels,
        .matrix(weights + places.expandKernel, columns: shape.expandedChannels),
        columns: shape.expandedChannels, into: expanded(image - images.lowerBound, scratch))
    }
  }

  private func expanded(_ position: Int, _ scratch: FoldedScratch) -> Pixels {
    .planes(scratch.expanded.start + position * inputPixels * wide, pixels: inputPixels)
  }

  private func filter(
    _ image: Int, at position: Int, _ weights: UnsafePointer<Float>, _ scratch: FoldedScratch
  ) {
    let input = scratch.input.start + image * inputPixels * narrowIn
    let target = scratch.filtered.start + position * outputPixels * wide
    let kernel = weights + places.depthwiseKernel
    func filter(_ source: Pixels, _ normalization: NormalizedActivation.Normalization) {
      depthwise.forward(
        source, normalization, weights: kernel, into: target, moments: nil,
        scratch: scratch.kernel.start)
    }
    if let expand = places.expand {
      guard isRecomputed else {
        return filter(expanded(position, scratch), expand.folded(weights))
      }
      depthwise.forward(
        expanding: input,
        Expansion(
          inputChannels: shape.inputChannels, channels: shape.expandedChannels,
          panels: panels.start),
        expand.folded(weights), weights: kernel, into: target, moments: nil,
        scratch: scratch.kernel.start)
    } else if let stem {
      let source = Pixels.planes(scratch.stem.start, pixels: inputPixels)
      if shape.hasSkip {
        NormalizedActivation.apply(
          source, count: inputPixels, channels: shape.inputChannels, stem.folded(weights),
          activation, into: .rows(input, channels: shape.inputChannels))
      }
      filter(source, stem.folded(weights))
    } else {
      filter(
        .rows(input, channels: shape.inputChannels),
        NormalizedActivation.Normalization(scale: ones.start, shift: zeros.start))
    }
  }

  private func project(
    _ images: Range<Int>, _ weights: UnsafePointer<Float>, _ scratch: FoldedScratch
  ) {
    let rows = images.count * outputPixels
    let activated = Pixels.planes(scratch.activated.start, pixels: rows)
    for image in 0..<images.count {
      NormalizedActivation.apply(
        .planes(scratch.filtered.start + image * outputPixels * wide, pixels: outputPixels),
        count: outputPixels, channels: shape.expandedChannels, places.depthwise.folded(weights),
        activation, into: activated.dropping(image * outputPixels),
        mean: squeeze == nil ? nil : scratch.pooled.start + image * wide)
    }
    let kernel = weights + places.projectKernel
    let start = images.lowerBound * outputPixels
    guard let squeeze else {
      return project(activated, 0..<rows, from: start, kernel, weights, scratch)
    }
    squeeze.forward(
      pooled: scratch.pooled.start, images: images.count,
      reduceKernel: weights + places.reduceKernel, reduceBias: weights + places.reduceBias,
      expandKernel: weights + places.expandSqueezeKernel,
      expandBias: weights + places.expandSqueezeBias, reduced: scratch.reduced.start,
      hidden: scratch.hidden.start, gate: scratch.gate.start)
    for image in 0..<images.count {
      let gate = scratch.gate.start + image * wide
      if gatesPixels {
        let own = activated.dropping(image * outputPixels)
        own.gate(count: outputPixels, channels: shape.expandedChannels, by: gate, into: own)
      } else {
        squeeze.gateKernel(
          kernel, outputs: shape.outputChannels, gate: gate, into: scratch.gatedKernel.start)
        project(
          activated, image * outputPixels..<(image + 1) * outputPixels, from: start,
          scratch.gatedKernel.start, weights, scratch)
      }
    }
    if gatesPixels { project(activated, 0..<rows, from: start, kernel, weights, scratch) }
  }

  /// Multiplies rows of the activated images, of which the first is row `start` of the output.
  private func project(
    _ activated: Pixels, _ rows: Range<Int>, from start: Int, _ kernel: UnsafePointer<Float>,
    _ weights: UnsafePointer<Float>, _ scratch: FoldedScratch
  ) {
    let outputs = shape.outputChannels
    forEachTile(of: rows.count) { first, count in
      let row = rows.lowerBound + first
      let target = scratch.output.start + (start + row) * narrowOut
      PixelProduct.multiply(
        activated.dropping(row), count: count, depth: shape.expandedChannels,
        .matrix(kernel, columns: outputs), columns: outputs,
        into: .rows(target, channels: outputs))
      ResidualAddition.apply(
        target, rows: count, channels: outputs, places.project.folded(weights), factor: 1,
        skip: shape.hasSkip
          ? UnsafePointer(scratch.input.start + (start + row) * narrowIn) : nil,
        into: target)
    }
  }
}
