import Tensors

/// The order in which an epoch goes through all samples, the same on every rank.
///
/// A pure function of (seed, epoch): a run that stops and goes on meets the same batches.
public struct EpochOrder: Sendable, Equatable {
  /// Samples of a whole batch, over all ranks.
  public let batchSize: Int

  private let samples: [Int32]

  /// Orders the samples of an epoch of training.
  ///
  /// - Parameters:
  ///   - sampleCount: Samples of the dataset.
  ///   - batchSize: Samples of a batch, over all ranks.
  ///   - seed: Seed of the run.
  ///   - epoch: Number of the epoch, from 0.
  /// - Precondition: The counts are positive, and `sampleCount` fits 31 bits.
  public init(sampleCount: Int, batchSize: Int, seed: UInt64, epoch: Int) {
    self.init(sampleCount: sampleCount, batchSize: batchSize)
    var random = CounterRandom(seed: seed, epoch: epoch, purpose: .shuffle)
    var samples = samples
    random.shuffle(&samples)
    self.init(samples: samples, batchSize: batchSize)
  }

  /// Leaves the samples in the order of the dataset, as evaluation does.
  public init(sampleCount: Int, batchSize: Int) {
    precondition(sampleCount > 0 && batchSize > 0, "an epoch needs samples and a batch size")
    self.init(samples: Array(0..<Int32(sampleCount)), batchSize: batchSize)
  }

  private init(samples: [Int32], batchSize: Int) {
    self.samples = samples
    self.batchSize = batchSize
  }

  /// Samples of the epoch.
  public var sampleCount: Int { samples.count }

  /// Batches of the epoch; the last may be short.
  public var batchCount: Int { (samples.count + batchSize - 1) / batchSize }

  /// Index in the dataset of the sample at a position of the epoch.
  public func sample(at position: Int) -> Int {
    Int(samples[position])
  }

  /// Positions of the epoch that make up a batch.
  public func positions(ofBatch batch: Int) -> Range<Int> {
    batch * batchSize..<min(samples.count, (batch + 1) * batchSize)
  }
}
