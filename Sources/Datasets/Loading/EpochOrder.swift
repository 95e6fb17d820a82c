import Tensors

/// The order in which an epoch goes through all samples, the same on every rank and thread.
///
/// A pure function of (seed, epoch): a run that stops and goes on meets the same batches. Samples
/// that are neighbours in a shard stay together in *runs*, which are read in one piece; the runs
/// are shuffled and dealt to the micro-batches, each of which has a sequence of its own through the
/// epoch. So a rank reads whole runs, and no other rank reads them. Within each sequence, windows
/// of consecutive samples are shuffled.
public struct EpochOrder: Sendable, Equatable {
  /// How far samples move from their neighbours in the shards.
  public struct Shuffle: Sendable, Equatable {
    /// Neighbouring samples that are read in one piece; 1 for a shuffle without regard to reading.
    public var run: Int
    /// Samples of all micro-batches' windows together; what is read ahead takes the file caches of
    /// all ranks up to twice as much. No window is smaller than eight runs or eight micro-batches.
    public var window: Int

    /// Describes a shuffle.
    ///
    /// - Precondition: Both are positive.
    public init(run: Int, window: Int) {
      precondition(run > 0 && window > 0, "runs and windows need samples")
      self.run = run
      self.window = window
    }
  }

  /// Samples of each batch.
  public let division: EpochDivision
  /// Division of a batch into micro-batches.
  private let partition: MicroBatchPartition
  /// One micro-batch's sequence after another's.
  private var samples: [Int32]
  /// Samples of a window in one sequence.
  private let window: Int

  /// Orders the samples of an epoch of training.
  ///
  /// - Parameters:
  ///   - shards: Samples of each shard.
  ///   - batchSize: Samples of a batch, over all ranks.
  ///   - microBatchCount: Micro-batches of a batch, over all ranks.
  ///   - shuffle: How the samples are mixed.
  ///   - seed: Seed of the run.
  ///   - epoch: Number of the epoch, from 0.
  /// - Precondition: There are samples, at most 2³¹ − 1, and `microBatchCount` divides `batchSize`.
  public init(
    shards: [Int], batchSize: Int, microBatchCount: Int, shuffle: Shuffle, seed: UInt64, epoch: Int
  ) {
    precondition(
      batchSize > 0 && microBatchCount > 0 && batchSize % microBatchCount == 0,
      "a batch of \(batchSize) cannot be divided into \(microBatchCount) micro-batches")
    let sampleCount = shards.reduce(0, +)
    division = EpochDivision(sampleCount: sampleCount, batchSize: batchSize)
    partition = MicroBatchPartition(microBatchCount: microBatchCount, rankCount: 1)
    // Fewer would leave the same neighbours together in every epoch.
    let least = 8 * max(shuffle.run, batchSize / microBatchCount)
    window = min(max(shuffle.window / microBatchCount, least), sampleCount)

    var runs: [Range<Int32>] = []
    var first = 0
    for count in shards {
      for start in stride(from: first, to: first + count, by: shuffle.run) {
        runs.append(Int32(start)..<Int32(min(start + shuffle.run, first + count)))
      }
      first += count
    }
    var random = CounterRandom(seed: seed, epoch: epoch, purpose: .shuffle)
    random.shuffle(&runs)
    samples = []
    samples.reserveCapacity(sampleCount)
    for run in runs { samples.append(contentsOf: run) }
    // Runs of one sample are shuffled already.
    guard shuffle.run > 1 else { return }
    for microBatch in 0..<microBatchCount {
      let sequence = sequence(of: microBatch)
      for start in stride(from: sequence.lowerBound, to: sequence.upperBound, by: window) {
        let window = start..<min(start + window, sequence.upperBound)
        var random = CounterRandom(seed: seed, epoch: epoch, sample: start, purpose: .window)
        samples.withUnsafeMutableBufferPointer {
          var samples = UnsafeMutableBufferPointer(rebasing: $0[window])
          random.shuffle(&samples)
        }
      }
    }
  }

  /// Indices in the dataset of the samples of one micro-batch.
  public func samples(ofBatch batch: Int, microBatch: Int) -> ArraySlice<Int32> {
    let start = sequence(of: microBatch).lowerBound
    let part = part(ofBatch: batch, microBatch: microBatch)
    return samples[start + part.lowerBound..<start + part.upperBound]
  }

  /// The samples, sorted, that a micro-batch will soon need: those of the next window where one
  /// begins, and all up to its end where reading begins; else none.
  ///
  /// - Parameters:
  ///   - batch: Number of the batch in the epoch.
  ///   - microBatch: Number of the micro-batch in the batch.
  ///   - isFirst: Whether nothing was read ahead before, as at the start of a run.
  public func samplesToReadAhead(
    atBatch batch: Int, microBatch: Int, isFirst: Bool = false
  ) -> [Int32] {
    let sequence = sequence(of: microBatch)
    let part = part(ofBatch: batch, microBatch: microBatch)
    var begin = part.lowerBound
    var end = (begin / window + 2) * window
    if !isFirst && batch > 0 {
      let windowStart = (begin + window - 1) / window * window
      guard windowStart < part.upperBound else { return [] }
      (begin, end) = (windowStart + window, windowStart + 2 * window)
    }
    end = min(end, sequence.count)
    return begin < end
      ? samples[sequence.lowerBound + begin..<sequence.lowerBound + end].sorted() : []
  }

  /// Samples of a micro-batch in all full batches.
  private var fullLength: Int {
    division.fullCount * (division.batchSize / partition.microBatchCount)
  }

  /// Where the samples of a micro-batch lie for the whole epoch, batch after batch.
  private func sequence(of microBatch: Int) -> Range<Int> {
    var start = microBatch * fullLength
    var end = start + fullLength
    for count in division.rest {
      let part = partition.images(of: microBatch, imageCount: count)
      start += part.lowerBound
      end += part.upperBound
    }
    return start..<end
  }

  /// The samples of a batch in the sequence of a micro-batch.
  private func part(ofBatch batch: Int, microBatch: Int) -> Range<Int> {
    func count(_ batch: Int) -> Int {
      partition.images(of: microBatch, imageCount: division.sampleCount(ofBatch: batch)).count
    }
    let full = min(batch, division.fullCount)
    let start = (full..<batch).reduce(full * (division.batchSize / partition.microBatchCount)) {
      $0 + count($1)
    }
    return start..<start + count(batch)
  }
}
