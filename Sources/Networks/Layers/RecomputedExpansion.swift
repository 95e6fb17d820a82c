import Kernels
import Tensors

/// An expansion that is made wherever it is read, and never stored.
///
/// It costs one more product of the input with the kernel. It saves writing the widest tensor of
/// the network once and its gradient once, and reading them five times.
final class RecomputedExpansion: Layer {
  let normalization: NormalizationLayer
  let sourceNormalization: NormalizationLayer? = nil
  let activation: Activation
  /// What is expanded.
  let input: BlockInput
  /// Whether the input's gradient is added to what came on a short cut.
  let isAdding: Bool
  private let channels: Int
  private let places: ConvolutionPlaces
  private let place: StepProfile.Place
  private let panels: FloatBuffer
  /// What training needs; nil in evaluation.
  private let training: Training?

  private struct Training {
    let layout: BatchLayout
    let covariance: ExpansionCovariance
    let transposedPanels, correction, products: FloatBuffer
    let productsSize: Int

    init(
      _ inputChannels: Int, _ channels: Int, _ layout: BatchLayout
    ) throws(MemoryShortage) {
      self.layout = layout
      covariance = try ExpansionCovariance(channels: inputChannels, layout: layout)
      transposedPanels = try FloatBuffer(
        count: Expansion.transposedPanelsSize(inputChannels: inputChannels, channels: channels))
      correction = try FloatBuffer(
        count: ExpansionGradient.correctionSize(inputChannels: inputChannels))
      productsSize = Expansion.productsSize(inputChannels: inputChannels, channels: channels)
      products = try FloatBuffer(count: productsSize * layout.microBatches.count)
    }

    func products(_ run: ImageRun) -> UnsafeMutablePointer<Float> {
      products.start + run.index * productsSize
    }
  }

  init(
    _ shape: Convolution, _ places: ConvolutionPlaces, input: BlockInput,
    _ normalization: NormalizationLayer, _ unit: Unit, _ layout: BatchLayout, _ work: Workspace
  ) throws(MemoryShortage) {
    self.places = places
    self.input = input
    self.normalization = normalization
    channels = shape.channels
    activation = shape.activation
    place = StepProfile.Place(unit.role)
    isAdding = unit.shortcut != nil
    panels = try FloatBuffer(
      count: Expansion.panelsSize(inputChannels: shape.inputChannels, channels: shape.channels))
    training =
      normalization.isFrozen ? nil : try Training(shape.inputChannels, shape.channels, layout)
    if training != nil {
      work.scratch.require(InputCovariance.scratchSize(channels: shape.inputChannels))
    }
  }

  /// Multiply-adds of an image.
  var products: Int { input.pixels * input.channels * channels }

  /// The expansion of an image, with the weights of the step.
  func image(_ image: Int, _ run: ImageRun) -> ExpandedPixels {
    ExpandedPixels(
      expanding: input.rows(image),
      Expansion(inputChannels: input.channels, channels: channels, panels: panels.start),
      normalization.reader(run), activation)
  }

  func prepare(_ work: Workspace) {
    training?.covariance.clear()
    Expansion.pack(
      work.weights.start + places.kernel, inputChannels: input.channels, channels: channels,
      into: panels.start)
  }

  /// Writes the input and its covariance, from which the expansion's statistics follow; in
  /// evaluation the input alone.
  func forward(_ work: Workspace, _ run: ImageRun) {
    forEachTile(of: run.imageCount * input.pixels) { first, count in
      let rows = input.write(work, run, first, count, at: place)
      guard let training else { return }
      InputCovariance.accumulate(
        into: training.covariance.own(run.index), channels: input.channels, rows, rows: count,
        scratch: work.scratch.start)
      work.measured(
        .inputCovariance, .forward, place, multiplyAdds: count * input.channels * input.channels)
    }
  }

  func normalize(_ work: Workspace, _ exchange: any Exchange) throws(ExchangeError) {
    guard let training else { return }
    try training.covariance.combine(exchange)
    normalization.normalize(
      weights: work.weights.start, from: training.covariance,
      expandKernel: work.weights.start + places.kernel)
  }

  // MARK: Gradient

  /// Makes ready for the gradients of a micro-batch, which its reader hands over image by image.
  func beginGradient(_ work: Workspace, _ run: ImageRun) {
    guard let training else { return }
    training.products(run).update(repeating: 0, count: training.productsSize)
    Expansion.packTransposed(
      work.weights.start + places.kernel, scale: normalization.reader(run).scale,
      inputChannels: input.channels, channels: channels, into: training.transposedPanels.start)
  }

  /// Where the gradients of an image go.
  func gradient(_ pass: TrainingPass, _ run: ImageRun, _ image: Int) -> Expansion.Gradient {
    guard let training else { preconditionFailure("an expansion that is not trained") }
    return Expansion.Gradient(
      transposedPanels: training.transposedPanels.start, products: training.products(run),
      sums: normalization.sums(run), dx: inputGradient(pass, image), isAdding: isAdding)
  }

  /// Completes a micro-batch's sums, once all of its images are through.
  func endGradient(_ work: Workspace, _ run: ImageRun) {
    guard let training else { return }
    gradient(work, run).completeSums(training.products(run), normalization.sums(run))
  }

  private func inputGradient(_ pass: TrainingPass, _ image: Int) -> UnsafeMutablePointer<Float> {
    pass.inputGradient(ofImage: image, input.imageSize, isAdding: isAdding)
  }

  private func gradient(_ work: Workspace, _ run: ImageRun) -> ExpansionGradient {
    ExpansionGradient(
      inputChannels: input.channels, channels: channels,
      weights: work.weights.start + places.kernel, mean: normalization.mean(run),
      inverseDeviation: normalization.inverseDeviation(run),
      scale: normalization.reader(run).scale)
  }

  /// Writes the kernel's gradient and corrects that of the input, after the exchange of the sums.
  func backward(_ pass: TrainingPass, _ run: ImageRun) {
    guard let training else { return }
    let work = pass.work
    let gradient = gradient(work, run)
    let sums = normalization.sums(run)
    if !input.endsBackward, training.layout.isFirstOfGroup(run.index) {
      gradient.writeCorrection(
        sums: sums, count: training.covariance.total(run.index)[0],
        into: training.correction.start)
    }
    pass.accumulate(places.range, at: place, run) { kernelGradient in
      gradient.writeWeightGradient(
        training.products(run), own: training.covariance.own(run.index),
        group: training.covariance.total(run.index), sums: sums,
        into: kernelGradient + places.kernel)
      var (floats, products) = (0, 0)
      if !input.endsBackward {
        let rows = run.imageCount * input.pixels
        let (x, dx) = (input.rows(run.firstImage), inputGradient(pass, run.firstImage))
        forEachTile(of: rows) { first, count in
          let offset = first * input.stride
          gradient.correct(dx + offset, x: x + offset, rows: count, training.correction.start)
        }
        (floats, products) = (rows * input.stride, rows * input.channels * input.channels)
      }
      work.measured(
        .expansion, .backward, place, read: 2 * floats, written: floats, multiplyAdds: products)
      pass.progress()
    }
  }
}
