import Kernels
import Tensors

/// What all blocks of a network share while they work on a batch.
final class Workspace {
  let layout: BatchLayout
  let exchange: any Exchange
  /// This rank's micro-batches of the current batch.
  var microBatches: [MicroBatch] = []
  /// The parameters, in the places of the table.
  var weights: UnsafePointer<Float> { UnsafePointer(weightArena.start) }
  private let weightArena: FloatBuffer
  /// Running statistics, where a part of the network is frozen.
  private let statistics: FloatBuffer?

  /// Factor of each block's branch for each local image: 0 when drop-path drops it.
  let branchFactors: FloatBuffer

  /// A tile at the width of an expansion, planes.
  let wideTile: FloatBuffer
  /// A tile of narrow gradients.
  let narrowTile: FloatBuffer
  /// Activated images of a tile, planes.
  let activated: FloatBuffer
  /// Products of an image's activated pixels and their gradients: a projection's kernel gradient
  /// before the gate.
  let products: FloatBuffer
  /// A kernel with the gate of an image in it, or its transpose.
  let kernel: FloatBuffer
  /// Planes of a convolution, or what else a kernel needs while it runs.
  let scratch: FloatBuffer
  /// Gradient of a depthwise kernel over one micro-batch.
  let depthwiseGradient: FloatBuffer

  let gradients: GradientTree
  /// Gradient behind a depthwise convolution, of all local images, planes; the head's, rows.
  let outputGradient: FloatBuffer
  /// Gradient in front of a depthwise convolution, of all local images, planes.
  let inputGradient: FloatBuffer
  /// Gradient of the current block's output, and of its input; they change places.
  var current: FloatBuffer
  var next: FloatBuffer

  /// Who measures, if anybody.
  var profile: StepProfile?

  /// Sizes in floats; see the properties of the same names.
  struct Sizes {
    var wideTile = 0
    var narrowTile = 0
    var activated = 0
    var products = 0
    var kernel = 0
    var scratch = 0
    var depthwiseGradient = 0
    var outputGradient = 0
    var inputGradient = 0
    var narrowGradient = 0
  }

  init(
    layout: BatchLayout, exchange: any Exchange, sizes: Sizes, blockCount: Int,
    weights: FloatBuffer, statistics: FloatBuffer?, gradients: GradientTree
  ) {
    self.layout = layout
    self.exchange = exchange
    weightArena = weights
    self.statistics = statistics
    self.gradients = gradients
    branchFactors = FloatBuffer(count: blockCount * layout.capacity)
    wideTile = FloatBuffer(count: sizes.wideTile)
    narrowTile = FloatBuffer(count: sizes.narrowTile)
    activated = FloatBuffer(count: sizes.activated)
    kernel = FloatBuffer(count: sizes.kernel)
    scratch = FloatBuffer(count: sizes.scratch)
    depthwiseGradient = FloatBuffer(count: sizes.depthwiseGradient)
    products = FloatBuffer(count: sizes.products)
    outputGradient = FloatBuffer(count: sizes.outputGradient)
    inputGradient = FloatBuffer(count: sizes.inputGradient)
    current = FloatBuffer(count: sizes.narrowGradient)
    next = FloatBuffer(count: sizes.narrowGradient)
  }

  /// The gradients from `place` of the arena on are final.
  func release(gradientsFrom place: Int) {
    exchange.release(gradientsFrom: max(0, place - gradients.origin))
  }

  /// Ends a piece of work: gradients may travel, and who measures looks at the clock.
  @inline(__always)
  func lap(
    _ operation: StepProfile.Operation, _ phase: StepProfile.Phase, _ place: StepProfile.Place,
    read: @autoclosure () -> Int = 0, written: @autoclosure () -> Int = 0,
    multiplyAdds: @autoclosure () -> Int = 0
  ) {
    profile?.lap(
      operation, phase, place, read: read(), written: written(), multiplyAdds: multiplyAdds())
    guard phase == .backward, exchange.progress() else { return }
    profile?.lap(.gradientExchange, phase, .step)
  }

  /// Runs a phase of the forward pass: every micro-batch, then the statistics of all ranks.
  func normalize(
    _ layer: NormalizationLayer, of place: StepProfile.Place, _ phase: (MicroBatch) -> Void
  ) throws(ExchangeError) {
    layer.clearMoments()
    for microBatch in microBatches where microBatch.imageCount > 0 { phase(microBatch) }
    exchange.advance()
    try normalize(layer)
    lap(.statistics, .forward, place)
  }

  /// Makes scale and shift of a normalisation from the moments of all ranks, or from running
  /// statistics.
  func normalize(_ layer: NormalizationLayer) throws(ExchangeError) {
    try layer.normalize(
      weights: weights, statistics: statistics.map { UnsafePointer($0.start) }, exchange: exchange)
  }

  /// Runs a phase of the backward pass that ends at the output of a batch normalisation.
  func differentiate(
    _ layer: NormalizationLayer, of place: StepProfile.Place, _ gradients: GradientTree,
    _ phase: (MicroBatch) -> Void
  ) throws(ExchangeError) {
    layer.clearSums()
    for microBatch in microBatches { phase(microBatch) }
    try layer.prepareInputGradient(
      microBatches: microBatches, gradients: gradients, exchange: exchange)
    lap(.statistics, .backward, place)
  }

  /// Computes and adds the gradient of one micro-batch for `range` of the parameters, see
  /// ``GradientTree/accumulate(_:_:_:)``.
  func accumulate(
    _ gradients: GradientTree, _ range: Range<Int>, of place: StepProfile.Place,
    _ microBatch: MicroBatch, _ body: (_ gradient: UnsafeMutablePointer<Float>) -> Void
  ) {
    let added = gradients.accumulate(range, microBatch, body)
    lap(.gradientExchange, .backward, place, read: 2 * added, written: added)
  }
}

/// Calls `body` with runs of at most `GEMM.tileRows` of `rows` rows.
@inline(__always)
func forEachTile(of rows: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
  var first = 0
  while first < rows {
    let count = min(GEMM.tileRows, rows - first)
    body(first, count)
    first += count
  }
}

/// Calls `body` with the parts of a run of rows that belong to one image each.
@inline(__always)
func forEachImage(
  ofRows first: Int, _ count: Int, pixels: Int,
  _ body: (_ image: Int, _ first: Int, _ count: Int) -> Void
) {
  var row = first
  while row < first + count {
    let image = row / pixels
    let end = min((image + 1) * pixels, first + count)
    body(image, row, end - row)
    row = end
  }
}
