import Kernels
import Tensors

/// A network on one rank: the activations of its share of a batch, forward and backward.
///
/// The arithmetic of a micro-batch does not depend on where it runs; what micro-batches tell each
/// other goes through the ``Exchange`` in the order of a fixed tree. So the gradients are the same
/// bits whatever the number of ranks.
public final class EfficientNet: ImageBatch {
  /// Shape and constants.
  public let architecture: Architecture
  /// Tensors and their places in the arenas.
  public let table: ParameterTable
  /// This rank's part of the batch.
  public let layout: BatchLayout

  /// Normalised images of this rank, `[capacity, R, R, Cin]` without channel padding.
  public let images: FloatBuffer
  /// Class of each local image.
  public let labels: UnsafeMutableBufferPointer<Int32>
  /// Class of what is mixed into each local image, where anything is.
  public let partnerLabels: UnsafeMutableBufferPointer<Int32>
  /// Share of ``labels`` in each local image, the rest being that of ``partnerLabels``; 1 where
  /// nothing is mixed, and after ``beginBatch(imageCount:)``.
  public let labelWeights: UnsafeMutableBufferPointer<Float>
  /// Index of each local image in its data set: the key of its dropout and drop-path.
  public var samples: [Int]

  /// First place of the parameters that is trained; those before it belong to the frozen part.
  public let firstTrained: Int

  private let pass: TrainingPass
  let chain: LayerChain
  private let statistics: FloatBuffer?
  private let storage: ExpansionStorage
  /// Those that are trained, in forward order.
  let normalizationLayers: [NormalizationLayer]
  /// Of each local micro-batch, first the totals; then sums of rounds that wait for their
  /// neighbour.
  private let groupStatisticsBuffer: DoubleBuffer
  var groupStatistics: UnsafeMutablePointer<Double> { groupStatisticsBuffer.start }
  let groupStatisticsSize: Int
  /// Gradients of rounds that wait for their neighbour.
  private let waitingGradients: FloatBuffer
  private(set) var round = 0

  /// Builds the network for one rank's share of a batch.
  ///
  /// - Parameters:
  ///   - architecture: What is built.
  ///   - layout: The rank's share.
  ///   - exchange: How statistics and gradients meet those of the other ranks.
  ///   - weights: An arena of the table's size.
  ///   - expansions: Which expansions are stored.
  ///   - frozen: What is not trained.
  ///   - statistics: An arena of running statistics, which the frozen part is normalised by.
  /// - Throws: Where the system has not the memory.
  public init(
    _ architecture: Architecture, layout: BatchLayout, exchange: any Exchange,
    weights: FloatBuffer, expansions: ExpansionStorage = .automatic, frozen: FrozenPart = .none,
    statistics: FloatBuffer? = nil
  ) throws(MemoryShortage) {
    precondition(
      frozen == .none || statistics != nil, "what is frozen is normalised by running statistics")
    // One rank is one core; and a product's bits depend on the number of threads.
    OpenBLAS.useOneThread()
    self.architecture = architecture
    self.layout = layout
    let places = ParameterPlaces(architecture)
    table = places.table
    let imageSize = architecture.resolution * architecture.resolution * architecture.inputChannels
    images = try FloatBuffer(count: layout.capacity * imageSize)
    labels = .allocate(capacity: layout.capacity)
    labels.initialize(repeating: 0)
    partnerLabels = .allocate(capacity: layout.capacity)
    partnerLabels.initialize(repeating: 0)
    labelWeights = .allocate(capacity: layout.capacity)
    labelWeights.initialize(repeating: 1)
    samples = Array(repeating: 0, count: layout.capacity)

    let frozenUnits = frozen.units(of: architecture)
    firstTrained = frozen.firstTrained(places, frozenUnits: frozenUnits)
    self.statistics = statistics
    storage = expansions
    let work = Workspace(weights: weights)
    chain = try LayerChain(
      architecture, places, images: images, layout: layout, frozen: frozenUnits,
      expansions: expansions, work)
    pass = try TrainingPass(
      work, layout: layout, exchange: exchange,
      gradients: try GradientTree(
        layout: layout, table: places.table, largestRange: places.largestGradientRange,
        origin: firstTrained, transport: exchange.transport))
    normalizationLayers = chain.trained.flatMap { $0.layers.map(\.normalization) }
    groupStatisticsSize =
      layout.hasGroups ? normalizationLayers.reduce(0) { $0 + $1.groupStatisticsSize } : 0
    let slots = layout.roundTree.slots
    groupStatisticsBuffer = try DoubleBuffer(
      count: (layout.microBatches.count + slots) * groupStatisticsSize)
    waitingGradients = try FloatBuffer(count: slots * pass.gradients.arenaSize)
  }

  deinit {
    labels.deallocate()
    partnerLabels.deallocate()
    labelWeights.deallocate()
  }

  /// Starts a batch of `imageCount` images and tells which of them this rank must load, and where.
  public func beginBatch(imageCount: Int) -> [LocalRun] {
    beginBatch(imageCount: imageCount, round: 0)
  }

  /// Starts a round of a batch of `imageCount` images, see ``beginBatch(imageCount:)``.
  ///
  /// All rounds of a batch come one after the other, and each is trained on before the next begins.
  public func beginBatch(imageCount: Int, round: Int) -> [LocalRun] {
    self.round = round
    var runs: [LocalRun] = []
    labelWeights.update(repeating: 1)
    pass.work.runs = layout.microBatches.enumerated().map { index, microBatch in
      let positions = layout.images(of: microBatch, round: round, imageCount: imageCount)
      precondition(positions.count <= layout.microBatchSize, "the batch is larger than its layout")
      let firstImage = index * layout.microBatchSize
      runs.append(LocalRun(firstImage: firstImage, positions: positions))
      return ImageRun(
        index: index, group: layout.groups[index], firstImage: firstImage,
        imageCount: positions.count)
    }
    return runs
  }

  /// Runs forward and backward on the current round of a batch and sums the gradients of all ranks.
  ///
  /// - Parameters:
  ///   - key: Of dropout and drop-path; nil for neither.
  ///   - smoothing: Label smoothing.
  /// - Returns: Loss and hits of each local micro-batch. After the last round ``gradient`` holds
  ///   the gradient of the sum of all images' losses.
  public func train(
    key: RandomKey?, smoothing: Double
  ) throws(ExchangeError) -> [SoftmaxCrossEntropy.Totals] {
    try trainForward(key: key)
    return try trainBackward(smoothing: smoothing)
  }

  /// The first half of ``train(key:smoothing:)``, up to the scores.
  package func trainForward(key: RandomKey?) throws(ExchangeError) {
    drawDropPath(key)
    drawDropout(key)
    work.measured(.randomness, .forward, .step)
    if let statistics { chain.freeze(work, statistics) }
    for segment in chain.evaluated {
      for run in work.runs { segment.forward(work, run) }
    }
    for block in chain.trained { try block.forward(pass) }
    for run in work.runs where run.imageCount > 0 {
      if !chain.isAllEvaluated { chain.classifier.forward(work, run) }
      chain.classifier.score(work, run)
    }
  }

  /// The second half of ``train(key:smoothing:)``; the scores become their gradient.
  package func trainBackward(
    smoothing: Double
  ) throws(ExchangeError) -> [SoftmaxCrossEntropy.Totals] {
    pass.beginGradients()
    let totals = loss(smoothing: smoothing)
    try chain.classifier.backward(pass)
    for block in chain.trained.reversed() {
      try block.backward(pass)
      pass.release(gradientsFrom: block.firstPlace)
    }
    try pass.finishGradients()
    addRounds()
    work.measured(.gradientExchange, .backward, .step)
    if layout.hasGroups { try sumGroupStatistics(pass) }
    return totals
  }

  var work: Workspace { pass.work }

  /// Measures the steps that follow, or nothing with nil.
  package var profile: StepProfile? {
    get { work.profile }
    set { work.profile = newValue }
  }

  /// How each block comes by its expansion.
  package var expansions: [ExpansionUse] { architecture.blocks.map(storage.use) }

  /// Scores of the local image `image`, `[K]`.
  public func logits(ofImage image: Int) -> UnsafeMutableBufferPointer<Float> {
    chain.classifier.logits(ofImage: image)
  }

  /// Gradient of the sum of all losses of the last training batch, in the places of the table from
  /// ``firstTrained`` on; there is no memory before them.
  public var gradient: UnsafeMutablePointer<Float> {
    pass.gradients.slots.start - pass.gradients.origin
  }

  private func loss(smoothing: Double) -> [SoftmaxCrossEntropy.Totals] {
    guard let labels = labels.baseAddress, let partners = partnerLabels.baseAddress,
      let weights = labelWeights.baseAddress
    else { preconditionFailure("a rank without images") }
    return chain.classifier.loss(
      work, labels: labels, partners: partners, weights: weights, smoothing: smoothing)
  }

  /// Adds the gradient of this round to those before it.
  private func addRounds() {
    let gradients = pass.gradients
    let (total, size) = (gradients.slots.start, gradients.arenaSize)
    layout.roundTree.take(round) { slot in
      gradients.transport.add(waitingGradients.start + slot * size, to: total, count: size)
    } keep: { slot in
      (waitingGradients.start + slot * size).update(from: total, count: size)
    }
    gradients.transport.finish(total, count: size)
  }
}
