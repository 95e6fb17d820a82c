import Glibc

/// What a random number is used for; part of its key, so that no two uses share numbers.
public enum RandomPurpose: Sendable {
  /// Initial value of the parameter tensor with this index.
  case initialization(tensor: Int)
  /// Order of the samples in an epoch.
  case shuffle
  /// Order of the samples in a window of an epoch; the sample is the window's first position.
  case window
  /// Geometric and photometric changes of one sample.
  case augmentation
  /// Units of the head dropped for one sample.
  case dropout
  /// Whether the residual branch of a block is kept for one sample.
  case dropPath(block: Int)
  /// Contents of synthetic samples.
  case synthetic
  /// Part of the picture of one sample.
  case crop
  /// Whether the picture of one sample is mirrored.
  case flip
  /// Changes of colour of one sample.
  case jitter
  /// Operations that an augmentation policy chooses for one sample.
  case policy
  /// Rectangle erased from one sample.
  case erasing
  /// How one sample is mixed with its partner.
  case mixing
  /// Measurements drawn again, and steps that simulated ranks replay.
  case bootstrap

  var word: UInt32 {
    switch self {
    case .initialization(let tensor): 1 | UInt32(truncatingIfNeeded: tensor) << 4
    case .shuffle: 2
    case .augmentation: 3
    case .dropout: 4
    case .dropPath(let block): 5 | UInt32(truncatingIfNeeded: block) << 4
    case .synthetic: 6
    case .window: 7
    case .crop: 8
    case .flip: 9
    case .jitter: 10
    case .policy: 11
    case .erasing: 12
    case .mixing: 13
    case .bootstrap: 14
    }
  }
}

/// Random numbers that are a pure function of (seed, epoch, sample, purpose, position).
///
/// Nothing is carried from one draw to another run of the program: the same picture is treated
/// alike on any rank, thread, or restart. Counter-based generator Philox 4×32 with 10 rounds
/// (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), which passes BigCrush.
public struct CounterRandom: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let counter: (UInt32, UInt32, UInt32)
  private var block: UInt32 = 0
  private var pending: UInt64?

  /// Starts the stream of one (seed, epoch, sample, purpose) at its first number.
  public init(seed: UInt64, epoch: Int = 0, sample: Int = 0, purpose: RandomPurpose) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = (
      UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: epoch), purpose.word
    )
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if let bits = pending {
      pending = nil
      return bits
    }
    let words = Self.philox(counter: (block, counter.0, counter.1, counter.2), key: key)
    block &+= 1
    pending = UInt64(words.2) | UInt64(words.3) << 32
    return UInt64(words.0) | UInt64(words.1) << 32
  }

  /// Uniform in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Uniform in `range`.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Normal with mean 0 and deviation 1 (Box–Muller, one of the pair).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// Ten rounds of Philox 4×32; multipliers and Weyl constants as published.
  package static func philox(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let p0 = UInt64(c0) * 0xD251_1F53
      let p1 = UInt64(c2) * 0xCD9E_8D57
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }
}
