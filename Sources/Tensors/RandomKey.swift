/// What random numbers depend on, beside their purpose.
public struct RandomKey: Sendable, Equatable {
  /// The run's seed.
  public var seed: UInt64
  /// Number of the epoch, from 0.
  public var epoch: Int
  /// Index of the sample in its dataset.
  public var sample: Int

  /// Bundles the three numbers.
  public init(seed: UInt64, epoch: Int, sample: Int = 0) {
    self.seed = seed
    self.epoch = epoch
    self.sample = sample
  }

  /// The same for a sample.
  public func of(sample: Int) -> RandomKey {
    RandomKey(seed: seed, epoch: epoch, sample: sample)
  }
}

/// What random numbers are for; part of their key, so that no two uses share any.
///
/// Each use has a number of its own in the whole program, given where it draws.
public struct RandomPurpose: Sendable, Equatable {
  let word: UInt32

  /// A use with a number from 1 to 255, perhaps one of many that differ by an index.
  ///
  /// The first fifteen have 28 bits for the index, the others 20 behind four zeros.
  package init(_ number: UInt32, index: Int = 0) {
    precondition((1...255).contains(number), "a purpose cannot have the number \(number)")
    let index = UInt32(truncatingIfNeeded: index)
    word = number < 16 ? number | index << 4 : number << 4 | index << 12
  }

  /// Order of samples.
  public static let shuffle = RandomPurpose(2)
  /// Contents of synthetic samples.
  public static let synthetic = RandomPurpose(6)
}
