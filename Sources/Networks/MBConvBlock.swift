import Kernels
import Tensors

/// An inverted bottleneck: expansion, depthwise convolution, squeeze-and-excitation, projection.
///
/// Only raw convolution outputs are kept, and the narrow input. The block's output does not exist
/// in memory until its reader asks for it with ``writeOutput``: normalised projection, times
/// drop-path, plus input.
final class MBConvBlock {
  let shape: Architecture.Block
  let index: Int
  let places: BlockPlaces
  let activation: Activation
  let previous: MBConvBlock?
  let stem: Stem

  /// Input `[N, H, W, Cin]`; empty for the first block, unless it is added to the output.
  let input: FloatBuffer
  /// Raw expansion `[N, H, W, C]`; empty without one.
  let expanded: FloatBuffer
  /// Raw depthwise output `[N, H′, W′, C]`.
  let filtered: FloatBuffer
  /// Raw projection `[N, H′, W′, Cout]`.
  let projected: FloatBuffer

  let expandNormalization: NormalizationLayer?
  let filterNormalization: NormalizationLayer
  let projectNormalization: NormalizationLayer
  let unchanged: NormalizationLayer
  let depthwise: DepthwiseConvolution
  let squeeze: Squeeze?

  /// Squeeze-and-excitation with what it keeps of every local image.
  struct Squeeze {
    let operation: SqueezeExcitation
    let pooled, reduced, hidden, gate: FloatBuffer
    let dgate, dreduced, dpooled: FloatBuffer

    init(operation: SqueezeExcitation, images: Int, isTrainable: Bool) {
      self.operation = operation
      let wide = images * channelStride(operation.channels)
      let narrow = images * channelStride(operation.squeezed)
      pooled = FloatBuffer(count: wide)
      reduced = FloatBuffer(count: narrow)
      hidden = FloatBuffer(count: narrow)
      gate = FloatBuffer(count: wide)
      dgate = FloatBuffer(count: isTrainable ? wide : 0)
      dreduced = FloatBuffer(count: isTrainable ? narrow : 0)
      dpooled = FloatBuffer(count: isTrainable ? wide : 0)
    }
  }

  init(
    _ shape: Architecture.Block, index: Int, places: BlockPlaces, architecture: Architecture,
    layout: BatchLayout, previous: MBConvBlock?, stem: Stem, isTrainable: Bool
  ) {
    self.shape = shape
    self.index = index
    self.places = places
    self.previous = previous
    self.stem = stem
    activation = architecture.activation
    let epsilon = architecture.batchNormEpsilon
    let images = layout.capacity
    let g = shape.geometry
    let inputPixels = images * g.height * g.width
    let hasInput = previous != nil || shape.hasSkip || shape.isExpanding
    input = FloatBuffer(count: hasInput ? inputPixels * channelStride(shape.inputChannels) : 0)
    expanded = FloatBuffer(
      count: shape.isExpanding ? inputPixels * channelStride(shape.expandedChannels) : 0)
    filtered = FloatBuffer(count: images * g.outputs * channelStride(shape.expandedChannels))
    projected = FloatBuffer(count: images * g.outputs * channelStride(shape.outputChannels))
    func layer(_ place: NormalizationPlace?) -> NormalizationLayer {
      NormalizationLayer(
        channels: place?.channels ?? shape.inputChannels, place: place, epsilon: epsilon,
        layout: layout)
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
        images: images, isTrainable: isTrainable)
    }
  }

  /// Channel strides of input, middle and output.
  var narrowIn: Int { channelStride(shape.inputChannels) }
  var wide: Int { channelStride(shape.expandedChannels) }
  var narrowOut: Int { channelStride(shape.outputChannels) }
  var inputPixels: Int { shape.geometry.height * shape.geometry.width }
  var outputPixels: Int { shape.geometry.outputs }

  /// What the depthwise convolution reads: the expansion, the stem, or the input as it is.
  var source: (raw: FloatBuffer, normalization: NormalizationLayer) {
    if let expandNormalization { return (expanded, expandNormalization) }
    return previous == nil ? (stem.raw, stem.normalization) : (input, unchanged)
  }

  /// Images whose pixels make up about one tile, so that small images share a product.
  var imagesPerTile: Int { max(1, GEMM.tileRows / outputPixels) }

  /// Adds what this block needs to the shared buffers.
  func require(_ sizes: inout Workspace.Sizes, images: Int) {
    sizes.wideTile = max(
      sizes.wideTile, max(imagesPerTile * outputPixels, GEMM.tileRows) * wide)
    sizes.narrowTile = max(sizes.narrowTile, GEMM.tileRows * narrowOut)
    sizes.planes = max(sizes.planes, depthwise.scratchSize)
    sizes.depthwiseGradient = max(
      sizes.depthwiseGradient, shape.geometry.kernel * shape.geometry.kernel * wide)
    sizes.outputGradient = max(sizes.outputGradient, images * outputPixels * wide)
    if shape.isExpanding || previous == nil {
      sizes.inputGradient = max(sizes.inputGradient, images * inputPixels * wide)
    }
    sizes.narrowGradient = max(
      sizes.narrowGradient, images * outputPixels * narrowOut,
      previous == nil ? 0 : images * inputPixels * narrowIn)
  }

  /// Normalisation layers in forward order.
  var normalizationLayers: [NormalizationLayer] {
    [expandNormalization, filterNormalization, projectNormalization].compactMap { $0 }
  }
}
