import Kernels
import Tensors

/// An inverted bottleneck of a ``FoldedNetwork``.
final class FoldedBlock {
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
    isRecomputed = shape.isExpanding && ExpansionStorage.measured.recomputes(shape)
    panels = FloatBuffer(
      count: isRecomputed
        ? Expansion.panelsSize(
          inputChannels: shape.inputChannels, channels: shape.expandedChannels) : 0)
    ones = FloatBuffer(count: channelStride(shape.inputChannels))
    zeros = FloatBuffer(count: channelStride(shape.inputChannels))
    ones.values.update(repeating: 1)
  }

  private var narrowIn: Int { channelStride(shape.inputChannels) }
  private var wide: Int { channelStride(shape.expandedChannels) }
  private var narrowOut: Int { channelStride(shape.outputChannels) }
  private var inputPixels: Int { shape.geometry.height * shape.geometry.width }
  private var outputPixels: Int { shape.geometry.outputs }
  /// Images that share a tile of the projection.
  private var imagesPerTile: Int { max(1, GEMM.tileRows / outputPixels) }

  func require(_ sizes: inout FoldedScratch.Sizes, images: Int) {
    let group = min(imagesPerTile, images)
    sizes.narrow = max(
      sizes.narrow, images * outputPixels * narrowOut,
      stem != nil && !shape.hasSkip ? 0 : images * inputPixels * narrowIn)
    if shape.isExpanding && !isRecomputed {
      sizes.expanded = max(sizes.expanded, group * inputPixels * wide)
    }
    sizes.filtered = max(sizes.filtered, group * outputPixels * wide)
    sizes.tile = max(sizes.tile, GEMM.tileRows * wide)
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
    let channels = shape.expandedChannels
    let tile = scratch.tile.start
    forEachTile(of: images.count * inputPixels) { first, count in
      // [rows, Cin] · [Cin, C]
      GEMM.multiply(
        m: count, n: channels, k: shape.inputChannels,
        scratch.input.start + (images.lowerBound * inputPixels + first) * narrowIn, narrowIn,
        weights + places.expandKernel, channels, into: tile, wide)
      forEachImage(ofRows: first, count, pixels: inputPixels) { image, row, count in
        Pixels.rows(tile + (row - first) * wide, channels: channels).copy(
          to: expanded(image, scratch).dropping(row - image * inputPixels), count: count,
          channels: channels)
      }
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
    let (channels, outputs) = (shape.expandedChannels, shape.outputChannels)
    let source = squeeze == nil ? scratch.filtered : scratch.activated
    if let squeeze { excite(squeeze, images.count, weights, scratch) }
    forEachTile(of: images.count * outputPixels) { first, count in
      let tile = scratch.tile.start
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        let pixels = Pixels.planes(
          source.start + image * outputPixels * wide, pixels: outputPixels
        ).dropping(row - image * outputPixels)
        let rows = Pixels.rows(tile + (row - first) * wide, channels: channels)
        if squeeze != nil {
          pixels.gate(
            count: count, channels: channels, by: scratch.gate.start + image * wide, into: rows)
        } else {
          NormalizedActivation.apply(
            pixels, count: count, channels: channels, places.depthwise.folded(weights), activation,
            into: rows)
        }
      }
      let start = images.lowerBound * outputPixels + first
      let target = scratch.output.start + start * narrowOut
      // [rows, C] · [C, Cout]
      GEMM.multiply(
        m: count, n: outputs, k: channels, tile, wide, weights + places.projectKernel, outputs,
        into: target, narrowOut)
      ResidualAddition.apply(
        target, rows: count, channels: outputs, places.project.folded(weights), factor: 1,
        skip: shape.hasSkip ? UnsafePointer(scratch.input.start + start * narrowIn) : nil,
        into: target)
    }
  }

  /// Activates and pools a group of images and computes their gates.
  private func excite(
    _ squeeze: SqueezeExcitation, _ images: Int, _ weights: UnsafePointer<Float>,
    _ scratch: FoldedScratch
  ) {
    for image in 0..<images {
      let offset = image * outputPixels * wide
      NormalizedActivation.apply(
        .planes(scratch.filtered.start + offset, pixels: outputPixels), count: outputPixels,
        channels: shape.expandedChannels, places.depthwise.folded(weights), activation,
        into: .planes(scratch.activated.start + offset, pixels: outputPixels),
        mean: scratch.pooled.start + image * wide)
    }
    squeeze.forward(
      pooled: scratch.pooled.start, images: images, reduceKernel: weights + places.reduceKernel,
      reduceBias: weights + places.reduceBias,
      expandKernel: weights + places.expandSqueezeKernel,
      expandBias: weights + places.expandSqueezeBias, reduced: scratch.reduced.start,
      hidden: scratch.hidden.start, gate: scratch.gate.start)
  }
}
