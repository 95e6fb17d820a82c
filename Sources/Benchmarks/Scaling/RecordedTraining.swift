import MPI
import Networks
import Training

/// Training steps that follow each other as in a run, each recorded with its exchanges.
final class RecordedTraining {
  private let training: SyntheticTraining
  private let feed: DataFeed?
  private let recorder = ExchangeRecorder()
  private var taken = 0
  private var stepStart = ContinuousClock.now
  /// The exchanges of every step; nil before the first.
  private(set) var sequence: ExchangeSequence?

  /// Steps on synthetic images, which stay in place.
  ///
  /// - Parameters:
  ///   - batch: Images of each rank.
  ///   - microBatch: Images of a micro-batch.
  init(
    _ architecture: Architecture, batch: Int, microBatch: Int, _ communicator: Communicator
  ) throws(TrainingError) {
    training = try SyntheticTraining(
      architecture, batch: batch, microBatch: microBatch, ExchangeConfiguration(), communicator)
    feed = nil
    training.exchange.recorder = recorder
  }

  /// Steps on the images of a configuration.
  ///
  /// - Parameter steps: All steps that will be taken.
  init(
    _ architecture: Architecture, _ configuration: Configuration, steps: Int,
    _ communicator: Communicator
  ) throws {
    let layout = try BatchLayout(
      configuration, rank: communicator.rank, rankCount: communicator.size)
    training = try SyntheticTraining(
      architecture, layout, imageCount: configuration.batch.size, configuration.optimizer,
      averagingDecay: configuration.averaging.decay, configuration.exchange, communicator)
    let feed = try DataFeed(configuration)
    try feed.begin(atStep: 0, before: steps, layout: layout)
    self.feed = feed
    training.exchange.recorder = recorder
  }

  /// Bytes of the chunks that gradients travel in.
  var chunkBytes: Int { training.exchange.form.chunk * MemoryLayout<Float>.stride }

  /// Takes a step, which begins where the last one ended.
  func step() throws -> StepTimeline {
    var computeStart = stepStart
    if let feed {
      training.imageCount = feed.imageCount(ofStep: taken)
      try feed.load(
        training.network.beginBatch(imageCount: training.imageCount), into: training.network)
      computeStart = .now
    }
    recorder.begin(at: computeStart)
    try training.train()
    try training.update()
    let end = ContinuousClock.now
    defer { stepStart = end }
    taken += 1
    let events = recorder.events
    let sequence = ExchangeSequence(events)
    if let first = self.sequence, first != sequence {
      throw TrainingError(
        .rankLost, "step \(taken) has other exchanges than the first; report this")
    }
    self.sequence = sequence
    return StepTimeline(
      step: Self.nanoseconds(end - stepStart),
      data: Self.nanoseconds(computeStart - stepStart),
      compute: events.map { Int(($0.computeSeconds * 1e9).rounded()) },
      blocked: events.map { Int(($0.blockedSeconds * 1e9).rounded()) },
      update: Self.nanoseconds(end - recorder.last))
  }

  private static func nanoseconds(_ duration: Duration) -> Int {
    Int((duration / .nanoseconds(1)).rounded())
  }
}
