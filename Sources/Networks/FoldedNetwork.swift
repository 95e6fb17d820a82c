import Kernels
public import Tensors

/// A network for evaluation: its batch normalisations are folded into the convolutions in front.
///
/// With running statistics, batch normalisation is a factor and a constant for each channel. The
/// factor goes into the kernel; the constant is added by whoever reads the convolution's output.
/// Nothing is exchanged and nothing kept for a backward pass, so that each block takes a few images
/// at a time from its narrow input to its narrow output, and what is wide stays in the cache.
public final class FoldedNetwork: ImageBatch {
  /// Shape and constants.
  public let architecture: Architecture
  /// Normalised images, `[capacity, R, R, Cin]` without channel padding.
  public let images: FloatBuffer
  /// Class of each image.
  public let labels: UnsafeMutableBufferPointer<Int32>
  /// Index of each image in its data set.
  public var samples: [Int]
  /// Images that fit.
  public let capacity: Int

  /// Weights in the places of the table; γ is replaced by 1, β by the constant.
  let weights: FloatBuffer
  let places: ParameterPlaces
  private let stem: StemConvolution
  private let blocks: [FoldedBlock]
  private let scratch: FoldedScratch
  private let pooled, logits: FloatBuffer
  private var imageCount = 0

  /// Makes room for `capacity` images; ``fold(weights:statistics:)`` comes before the first batch.
  public init(_ architecture: Architecture, capacity: Int) {
    // One rank is one core; and a product's bits depend on the number of threads.
    OpenBLAS.useOneThread()
    self.architecture = architecture
    self.capacity = capacity
    places = ParameterPlaces(architecture)
    weights = FloatBuffer(count: places.table.trainableSize)
    images = FloatBuffer(
      count: capacity * architecture.resolution * architecture.resolution
        * architecture.inputChannels)
    labels = .allocate(capacity: capacity)
    labels.initialize(repeating: 0)
    samples = Array(repeating: 0, count: capacity)
    stem = StemConvolution(
      geometry: architecture.stemGeometry, inputChannels: architecture.inputChannels,
      channels: architecture.stemChannels)
    var blocks: [FoldedBlock] = []
    for (index, shape) in architecture.blocks.enumerated() {
      blocks.append(
        FoldedBlock(
          shape, places: places.blocks[index], stem: index == 0 ? places.stem : nil,
          activation: architecture.activation))
    }
    self.blocks = blocks
    pooled = FloatBuffer(count: capacity * channelStride(architecture.headChannels))
    logits = FloatBuffer(count: capacity * channelStride(architecture.classes))
    var sizes = FoldedScratch.Sizes()
    sizes.stem = stem.geometry.outputs * channelStride(stem.channels)
    sizes.kernel = stem.scratchSize
    for block in blocks { block.require(&sizes, images: capacity) }
    let last = blocks[blocks.count - 1].shape
    sizes.filtered = max(
      sizes.filtered, last.geometry.outputs * channelStride(architecture.headChannels))
    scratch = FoldedScratch(sizes)
  }

  deinit { labels.deallocate() }

  /// Takes over weights and running statistics, in the places of the architecture's table.
  public func fold(weights: FloatBuffer, statistics: FloatBuffer) {
    precondition(weights.count == self.weights.count, "weights of another network")
    self.weights.start.update(from: weights.start, count: weights.count)
    fold(places.stem, kernel: places.stemKernel, statistics)
    for block in places.blocks {
      if let expand = block.expand { fold(expand, kernel: block.expandKernel, statistics) }
      fold(block.depthwise, kernel: block.depthwiseKernel, statistics)
      fold(block.project, kernel: block.projectKernel, statistics)
    }
    fold(places.head, kernel: places.headKernel, statistics)
    for block in blocks { block.pack(self.weights.start) }
  }

  private func fold(_ place: NormalizationPlace, kernel: Int, _ statistics: FloatBuffer) {
    let start = weights.start
    BatchNormalization.normalize(
      runningMean: statistics.start + place.movingMean,
      runningVariance: statistics.start + place.movingVariance, channels: place.channels,
      epsilon: architecture.batchNormEpsilon, gamma: start + place.gamma,
      beta: start + place.beta, scale: start + place.gamma, shift: start + place.beta)
    // The kernel fills the arena up to its γ, but for padding; its last dimension is the channels.
    let rows = (place.gamma - kernel) / place.channels
    for row in 0..<rows {
      let own = start + kernel + row * place.channels
      for c in 0..<place.channels { own[c] *= start[place.gamma + c] }
    }
    (start + place.gamma).update(repeating: 1, count: place.channels)
  }

  /// Starts a batch of `imageCount` images, all of which go to the front of ``images``.
  public func beginBatch(imageCount: Int) -> [LocalRun] {
    precondition(imageCount <= capacity, "the batch is larger than the network's room")
    self.imageCount = imageCount
    return [LocalRun(firstImage: 0, positions: 0..<imageCount)]
  }

  /// Computes the scores of the current batch.
  public func predict() {
    let weights = UnsafePointer(weights.start)
    for block in blocks {
      block.forward(images: imageCount, weights, scratch) { writeStem($0, weights) }
      swap(&scratch.input, &scratch.output)
    }
    classify(weights)
  }

  /// Writes the stem of one image.
  private func writeStem(_ image: Int, _ weights: UnsafePointer<Float>) {
    let size = architecture.resolution * architecture.resolution * architecture.inputChannels
    stem.forward(
      images.start + image * size, images: 1, weights: weights + places.stemKernel,
      into: scratch.stem.start, moments: nil, scratch: scratch.kernel.start)
  }

  private func classify(_ weights: UnsafePointer<Float>) {
    let last = blocks[blocks.count - 1].shape
    let (inputs, channels, classes) = (
      last.outputChannels, architecture.headChannels, architecture.classes
    )
    let (narrow, wide, row) = (
      channelStride(inputs), channelStride(channels), channelStride(classes)
    )
    let pixels = last.geometry.outputs
    for image in 0..<imageCount {
      let head = scratch.filtered.start
      forEachTile(of: pixels) { first, count in
        PixelProduct.multiply(
          .rows(scratch.input.start + (image * pixels + first) * narrow, channels: inputs),
          count: count, depth: inputs, .matrix(weights + places.headKernel, columns: channels),
          columns: channels, into: .rows(head + first * wide, channels: channels))
      }
      NormalizedActivation.apply(
        .rows(head, channels: channels), count: pixels, channels: channels,
        places.head.folded(weights), architecture.activation, into: nil,
        mean: pooled.start + image * wide)
      (logits.start + image * row).update(
        from: weights + places.classifierBias, count: classes)
    }
    // [images, C] · [C, K]
    GEMM.multiply(
      m: imageCount, n: classes, k: channels, pooled.start, wide,
      weights + places.classifierKernel, classes, into: logits.start, row, accumulating: true)
  }

  /// Scores of the image `image` of the batch, `[K]`.
  public func logits(ofImage image: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: logits.start + image * channelStride(architecture.classes),
      count: architecture.classes)
  }
}

extension NormalizationPlace {
  /// What the reader of a folded convolution applies.
  func folded(_ weights: UnsafePointer<Float>) -> NormalizedActivation.Normalization {
    NormalizedActivation.Normalization(scale: weights + gamma, shift: weights + beta)
  }
}
