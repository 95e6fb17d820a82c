import Kernels
import Tensors

/// An inverted bottleneck: expansion, depthwise convolution, squeeze-and-excitation, projection.
///
/// Only raw convolution outputs are kept, and the narrow input. The block's output does not exist
/// in memory until its reader asks for it with ``writeOutput``: normalised projection, times
/// drop-path, plus input. The expansion is stored, or made again wherever it is read.
final class MBConvBlock: Bottleneck {
  let shape: Architecture.Block
  let index: Int
  let places: BlockPlaces
  let activation: Activation
  /// Whether it is left as it is.
  let isFrozen: Bool
  /// Place of its first parameter.
  var firstPlace: Int { shape.isExpanding ? places.expandKernel : places.depthwiseKernel }
  let previous: MBConvBlock?
  let stem: Stem

  /// Input, rows `[N·H·W, Cin]`; empty for the first block, unless it is added to the output.
  let input: FloatBuffer
  /// Raw expansion, planes `[N, C/16, H·W, 16]`; empty without one, or when it is recomputed.
  let expanded: FloatBuffer
  /// Raw depthwise output, planes `[N, C/16, H′·W′, 16]`.
  let filtered: FloatBuffer
  /// Raw projection, rows `[N·H′·W′, Cout]`.
  let projected: FloatBuffer

  let expandNormalization: NormalizationLayer?
  let filterNormalization: NormalizationLayer
  let projectNormalization: NormalizationLayer
  let unchanged: NormalizationLayer
  let recomputed: RecomputedExpansion?
  let depthwise: DepthwiseConvolution
  let squeeze: Squeeze?

  /// Squeeze-and-excitation with what it keeps of every local image.
  struct Squeeze {
    let operation: SqueezeExcitation
    let pooled, reduced, hidden, gate: FloatBuffer
    let dgate, dreduced, dpooled: FloatBuffer

    init(operation: SqueezeExcitation, images: Int) {
      self.operation = operation
      let wide = images * channelStride(operation.channels)
      let narrow = images * channelStride(operation.squeezed)
      pooled = FloatBuffer(count: wide)
      reduced = FloatBuffer(count: narrow)
      hidden = FloatBuffer(count: narrow)
      gate = FloatBuffer(count: wide)
      dgate = FloatBuffer(count: wide)
      dreduced = FloatBuffer(count: narrow)
      dpooled = FloatBuffer(count: wide)
    }

    /// Multiply-adds of both products.
    func products(images: Int) -> Int { 2 * images * operation.channels * operation.squeezed }
  }

  init(
    _ shape: Architecture.Block, index: Int, places: BlockPlaces, architecture: Architecture,
    layout: BatchLayout, expansions: ExpansionStorage, isFrozen: Bool, previous: MBConvBlock?,
    stem: Stem
  ) {
    self.shape = shape
    self.index = index
    self.places = places
    self.isFrozen = isFrozen
    self.previous = previous
    self.stem = stem
    activation = architecture.activation
    let epsilon = architecture.batchNormEpsilon
    let images = layout.capacity
    let g = shape.geometry
    let inputPixels = images * g.height * g.width
    let hasInput = previous != nil || shape.hasSkip || shape.isExpanding
    input = FloatBuffer(count: hasInput ? inputPixels * channelStride(shape.inputChannels) : 0)
    recomputed =
      shape.isExpanding && expansions.recomputes(shape)
      ? RecomputedExpansion(
        shape, kernel: places.expandKernel, layout: layout) : nil
    expanded = FloatBuffer(
      count: shape.isExpanding && recomputed == nil
        ? inputPixels * channelStride(shape.expandedChannels) : 0)
    filtered = FloatBuffer(count: images * g.outputs * channelStride(shape.expandedChannels))
    projected = FloatBuffer(count: images * g.outputs * channelStride(shape.outputChannels))
    func layer(_ place: NormalizationPlace?) -> NormalizationLayer {
      NormalizationLayer(
        channels: place?.channels ?? shape.inputChannels, place: place, epsilon: epsilon,
        layout: layout, isFrozen: isFrozen)
    }
    expandNormalization = places.expand.map { layer($0) }
    filterNormalization = layer(places.depthwise)
    projectNormalization = layer(places.project)
    unchanged = layer(nil)
    let readsActivated = shape.isExpanding || previous == nil
    depthwise = DepthwiseConvolution(
      geometry: g, channels: shape.expandedChannels,
      activation: readsActivated ? activation : .identity)
    squeeze = shape.squeezedChannels.map {
      Squeeze(
        operation: SqueezeExcitation(channels: shape.expandedChannels, squeezed: $0),
        images: images)
    }
  }

  /// Whether nobody asks for the gradient of its input.
  var endsBackward: Bool { previous?.isFrozen ?? stem.isFrozen }

  /// Where a profile puts its work.
  var place: StepProfile.Place { .block(index) }

  /// Normalisation of what the depthwise convolution reads: the expansion, the stem, or the input as
  /// it is.
  var sourceNormalization: NormalizationLayer {
    expandNormalization ?? (previous == nil ? stem.normalization : unchanged)
  }

  /// What the depthwise convolution reads of an image, unless the expansion is recomputed.
  func source(_ image: Int) -> Pixels {
    if expandNormalization != nil {
      return .planes(expanded.start + image * inputPixels * wide, pixels: inputPixels)
    }
    return previous == nil
      ? stem.output(image)
      : .rows(input.start + image * inputPixels * narrowIn, channels: shape.inputChannels)
  }

  /// A tile of `count` pixels at the width of the expansion.
  func wideTile(_ work: Workspace, count: Int) -> Pixels {
    .planes(work.wideTile.start, pixels: count)
  }

  /// The raw depthwise output of an image.
  func filtered(_ image: Int) -> Pixels {
    .planes(filtered.start + image * outputPixels * wide, pixels: outputPixels)
  }

  /// Adds what this block needs to the shared buffers.
  func require(_ sizes: inout Workspace.Sizes, images: Int) {
    sizes.wideTile = max(sizes.wideTile, GEMM.tileRows * wide)
    sizes.narrowTile = max(sizes.narrowTile, GEMM.tileRows * narrowOut)
    sizes.kernel = max(
      sizes.kernel, wide * shape.outputChannels,
      shape.isExpanding ? narrowIn * shape.expandedChannels : 0)
    sizes.activated = max(
      sizes.activated, max(imagesPerTile * outputPixels, GEMM.tileRows) * wide)
    if squeeze != nil {
      sizes.products = max(sizes.products, shape.expandedChannels * shape.outputChannels)
    }
    sizes.scratch = max(sizes.scratch, depthwise.scratchSize)
    if recomputed != nil {
      sizes.scratch = max(
        sizes.scratch, InputCovariance.scratchSize(channels: shape.inputChannels))
    }
    sizes.depthwiseGradient = max(
      sizes.depthwiseGradient, shape.geometry.kernel * shape.geometry.kernel * wide)
    sizes.outputGradient = max(sizes.outputGradient, images * outputPixels * wide)
    if (shape.isExpanding && recomputed == nil) || previous == nil {
      sizes.inputGradient = max(sizes.inputGradient, images * inputPixels * wide)
    }
    sizes.narrowGradient = max(
      sizes.narrowGradient, images * outputPixels * narrowOut,
      previous == nil ? 0 : images * inputPixels * narrowIn)
  }

  /// Floats that ``writeOutput`` reads for a pixel.
  var outputFloatsRead: Int { shape.hasSkip ? 2 * narrowOut : narrowOut }

  /// Multiply-adds of an image's expansion, and of its depthwise convolution.
  var expansionProducts: Int { inputPixels * shape.inputChannels * shape.expandedChannels }
  var depthwiseProducts: Int {
    outputPixels * shape.geometry.kernel * shape.geometry.kernel * shape.expandedChannels
  }

  /// Multiply-adds of the projection of some rows.
  func projectionProducts(rows: Int) -> Int {
    rows * shape.expandedChannels * shape.outputChannels
  }

  /// Normalisation layers in forward order.
  var normalizationLayers: [NormalizationLayer] {
    [expandNormalization, filterNormalization, projectNormalization].compactMap { $0 }
  }
}
