import Kernels
public import Tensors

/// A network for evaluation: normalised by running statistics, which every reader knows beforehand.
///
/// Nothing is exchanged and nothing kept for a backward pass, so that a few images at a time go
/// through each block from its narrow input to its narrow output, and what is wide stays in the
/// cache.
public final class EvaluationNetwork: ImageBatch {
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

  private let work: Workspace
  private let chain: LayerChain
  private var imageCount = 0

  /// Makes room for `capacity` images.
  ///
  /// - Parameters:
  ///   - architecture: What is built.
  ///   - capacity: Most images at a time.
  ///   - weights: An arena of the table's size; see ``take(weights:statistics:)``.
  ///   - statistics: An arena of running statistics.
  /// - Throws: Where the system has not the memory.
  public init(
    _ architecture: Architecture, capacity: Int, weights: FloatBuffer, statistics: FloatBuffer
  ) throws(MemoryShortage) {
    // One rank is one core; and a product's bits depend on the number of threads.
    OpenBLAS.useOneThread()
    self.architecture = architecture
    self.capacity = capacity
    images = try FloatBuffer(
      count: capacity * architecture.resolution * architecture.resolution
        * architecture.inputChannels)
    labels = .allocate(capacity: capacity)
    labels.initialize(repeating: 0)
    samples = Array(repeating: 0, count: capacity)
    work = Workspace(weights: weights)
    chain = try LayerChain(
      architecture, ParameterPlaces(architecture), images: images,
      layout: BatchLayout(microBatchCount: 1, microBatchSize: capacity),
      frozen: architecture.units.count, expansions: .automatic, work)
    take(weights: weights, statistics: statistics)
  }

  deinit { labels.deallocate() }

  /// Turns to weights and running statistics, in the places of the architecture's table.
  ///
  /// Neither is copied: whoever changes them has them taken again before the next batch.
  public func take(weights: FloatBuffer, statistics: FloatBuffer) {
    precondition(weights.count == work.weights.count, "weights of another network")
    work.weights = weights
    chain.freeze(work, statistics)
  }

  /// Starts a batch of `imageCount` images, all of which go to the front of ``images``.
  public func beginBatch(imageCount: Int) -> [LocalRun] {
    precondition(imageCount <= capacity, "the batch is larger than the network's room")
    self.imageCount = imageCount
    return [LocalRun(firstImage: 0, positions: 0..<imageCount)]
  }

  /// Computes the scores of the current batch.
  public func predict() {
    let run = ImageRun(index: 0, group: 0, firstImage: 0, imageCount: imageCount)
    for segment in chain.evaluated { segment.forward(work, run) }
    chain.classifier.score(work, run)
  }

  /// Scores of the image `image` of the batch, `[K]`.
  public func logits(ofImage image: Int) -> UnsafeMutableBufferPointer<Float> {
    chain.classifier.logits(ofImage: image)
  }
}
