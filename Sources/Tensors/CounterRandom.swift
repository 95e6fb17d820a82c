import Glibc

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

  /// Starts the stream of a key and a purpose at its first number.
  public init(_ key: RandomKey, _ purpose: RandomPurpose) {
    self.key = (
      UInt32(truncatingIfNeeded: key.seed), UInt32(truncatingIfNeeded: key.seed >> 32)
    )
    counter = (
      UInt32(truncatingIfNeeded: key.sample), UInt32(truncatingIfNeeded: key.epoch), purpose.word
    )
  }

  /// Starts the stream of one (seed, epoch, sample, purpose) at its first number.
  public init(seed: UInt64, epoch: Int = 0, sample: Int = 0, purpose: RandomPurpose) {
    self.init(RandomKey(seed: seed, epoch: epoch, sample: sample), purpose)
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
