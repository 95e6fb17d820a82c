import Tensors

/// Mixes the samples of a micro-batch in pairs: each with the one at the same place from the end.
///
/// Mixup (Zhang et al. 2018) blends both pictures, CutMix (Yun et al. 2019) puts a rectangle of the
/// other one into each. With both switched on, each pair draws one of them. A sample is mixed with
/// its partner as that was before, and with an amount of its own: what becomes of it depends on the
/// two samples alone.
public struct BatchMixing: Sendable, Equatable {
  /// Parameter α of mixup's Beta(α, α); 0 switches it off.
  public let mixup: Double
  /// Parameter α of CutMix's Beta(α, α); 0 switches it off.
  public let cutmix: Double

  /// Describes what samples are mixed by; by nothing by default.
  ///
  /// - Precondition: Neither parameter is negative.
  public init(mixup: Double = 0, cutmix: Double = 0) {
    precondition(mixup >= 0 && cutmix >= 0, "mixing needs parameters that are not negative")
    self.mixup = mixup
    self.cutmix = cutmix
  }

  /// Mixes the samples of a micro-batch in place.
  ///
  /// The middle one of an odd number is its own partner and stays as it is.
  /// - Parameters:
  ///   - images: Pictures, `[count, resolution, resolution, channels]`.
  ///   - count: Samples in the micro-batch.
  ///   - resolution: Height and width of the pictures.
  ///   - channels: Floats a pixel.
  ///   - labels: Class of each sample.
  ///   - samples: Index of each sample in the dataset.
  ///   - key: That of the run and the epoch.
  ///   - partnerLabels: Class of each sample's partner. Written.
  ///   - weights: Share of a sample's own class, 0 to 1; the rest is its partner's. Written.
  public func mix(
    images: UnsafeMutablePointer<Float>, count: Int, resolution: Int, channels: Int,
    labels: UnsafePointer<Int32>, samples: UnsafePointer<Int>, key: RandomKey,
    partnerLabels: UnsafeMutablePointer<Int32>, weights: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count {
      partnerLabels[index] = labels[count - 1 - index]
      weights[index] = 1
    }
    guard mixup > 0 || cutmix > 0 else { return }
    let imageSize = resolution * resolution * channels
    for first in 0..<count / 2 {
      let second = count - 1 - first
      let pair = MixedPair(
        images + first * imageSize, images + second * imageSize, resolution: resolution,
        channels: channels)
      func stream(_ index: Int) -> CounterRandom {
        CounterRandom(key.of(sample: samples[index]), .mixing)
      }
      var (firstRandom, secondRandom) = (stream(first), stream(second))
      // Each stream begins with a choice; that of the lower sample holds for both, so that the
      // order within the pair does not matter.
      let choices = (firstRandom.uniform(), secondRandom.uniform())
      let choice = samples[first] < samples[second] ? choices.0 : choices.1
      if mixup > 0 && (cutmix == 0 || choice < 0.5) {
        let shares = (mixupShare(&firstRandom), mixupShare(&secondRandom))
        pair.blend(shares.0, shares.1)
        (weights[first], weights[second]) = shares
      } else {
        let parts = (
          cutmixPart(resolution, &firstRandom), cutmixPart(resolution, &secondRandom)
        )
        pair.exchange(parts.0, parts.1)
        weights[first] = 1 - parts.0.share(of: resolution)
        weights[second] = 1 - parts.1.share(of: resolution)
      }
    }
  }

  /// A sample's own share in mixup: at least half, as in the official code.
  private func mixupShare(_ random: inout CounterRandom) -> Float {
    let share = random.beta(mixup)
    return Float(max(share, 1 - share))
  }

  /// The square that a sample receives in CutMix: its area is the share drawn for the partner, its
  /// centre any pixel, and what lies outside the picture is cut off.
  private func cutmixPart(_ resolution: Int, _ random: inout CounterRandom) -> MixedPair.Part {
    let half = Int(Double(resolution) * (1 - random.beta(cutmix)).squareRoot()) / 2
    func range() -> Range<Int> {
      let center = random.index(below: resolution)
      return max(0, center - half)..<min(resolution, center + half)
    }
    return MixedPair.Part(columns: range(), rows: range())
  }
}
