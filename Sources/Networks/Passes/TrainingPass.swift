import Tensors

/// A batch on its way through what is trained, forward and backward.
final class TrainingPass {
  let work: Workspace
  let layout: BatchLayout
  let gradients: GradientTree
  /// Gradient of the current block's output, and of its input.
  private(set) var current, next: Room
  let exchange: any Exchange

  init(
    _ work: Workspace, layout: BatchLayout, exchange: any Exchange, gradients: GradientTree
  ) throws(MemoryShortage) {
    self.work = work
    self.layout = layout
    self.exchange = exchange
    self.gradients = gradients
    current = work.narrowGradients[0]
    next = work.narrowGradients[1]
    try exchange.takeGradients(
      gradients.slots.start, size: gradients.arenaSize, plan: layout.batchPlan)
  }

  /// Begins the way back of a batch's gradients.
  func beginGradients() { exchange.beginGradients() }

  /// Waits for the gradients of all ranks.
  func finishGradients() throws(ExchangeError) { try exchange.finishGradients() }

  /// Replaces a payload of each local micro-batch by its sum over the whole batch.
  func sum(_ leaves: UnsafeMutablePointer<Double>, size: Int) throws(ExchangeError) {
    try exchange.combine(
      leaves, size: size, kind: .sums, plan: layout.batchPlan, microBatches: layout.microBatches)
  }

  /// Runs a piece of the backward pass that ends at the output of a batch normalisation.
  func differentiate(
    _ normalization: NormalizationLayer, at place: StepProfile.Place, _ body: (ImageRun) -> Void
  ) throws(ExchangeError) {
    normalization.clearSums()
    for run in work.runs { body(run) }
    try normalization.prepareInputGradient(
      microBatches: work.runs, gradients: gradients, exchange: exchange)
    work.measured(.statistics, .backward, place)
    progress()
  }

  /// Computes and adds the gradient of one micro-batch for `range` of the parameters, see
  /// ``GradientTree/accumulate(_:_:_:)``.
  func accumulate(
    _ range: Range<Int>, at place: StepProfile.Place, _ run: ImageRun,
    _ body: (_ gradient: UnsafeMutablePointer<Float>) -> Void
  ) {
    let added = gradients.accumulate(range, run, body)
    work.measured(.gradientExchange, .backward, place, read: 2 * added, written: added)
    progress()
  }

  /// The gradients from `place` of the arena on are final.
  func release(gradientsFrom place: Int) {
    exchange.release(gradientsFrom: max(0, place - gradients.origin))
  }

  /// Lets gradients travel; called between pieces of work of the backward pass.
  func progress() {
    if exchange.progress() { work.measured(.gradientExchange, .backward, .step) }
  }

  /// Where the gradient of the images of a block's input from one on goes.
  ///
  /// - Parameter isAdding: Whether it is added to what came on a short cut.
  func inputGradient(
    ofImage image: Int, _ imageSize: Int, isAdding: Bool
  ) -> UnsafeMutablePointer<Float> {
    (isAdding ? current : next).start + image * imageSize
  }

  /// What was the gradient of a block's input becomes that of its predecessor's output.
  func advance() { swap(&current, &next) }
}
