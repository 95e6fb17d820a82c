import Glibc

/// Depth, width and resolution grown together (Tan & Le 2019, arXiv:1905.11946, equation 3).
///
///     d = α^φ,  w = β^φ,  r = γ^φ,  α·β²·γ² ≈ 2
///
/// so that a network of coefficient φ costs about 2^φ times the baseline.
public struct CompoundScaling: Sendable, Equatable {
  /// Bases of depth, width and resolution.
  public var alpha, beta, gamma: Double

  /// Uses the published bases unless told otherwise: a small grid search on the baseline.
  public init(alpha: Double = 1.2, beta: Double = 1.1, gamma: Double = 1.15) {
    self.alpha = alpha
    self.beta = beta
    self.gamma = gamma
  }

  /// Width and depth coefficients, and the resolution in pixels, of the network at `phi`.
  public func coefficients(phi: Double, baseResolution: Int = 224) -> Coefficients {
    Coefficients(
      width: pow(beta, phi), depth: pow(alpha, phi),
      resolution: Int((Double(baseResolution) * pow(gamma, phi)).rounded()))
  }

  /// Growth of the cost at φ = 1: α·β²·γ².
  public var costFactor: Double { alpha * beta * beta * gamma * gamma }
}

/// What makes a member of the family out of the baseline.
public struct Coefficients: Sendable, Equatable {
  /// Factor for channels.
  public var width: Double
  /// Factor for repeats.
  public var depth: Double
  /// Side of the input in pixels.
  public var resolution: Int

  /// Bundles the three numbers.
  public init(width: Double, depth: Double, resolution: Int) {
    self.width = width
    self.depth = depth
    self.resolution = resolution
  }

  /// Channels after scaling: a multiple of 8, in the first family never more than 10 % below
  /// `channels·width`. What is not scaled stays as it is.
  public func scaledChannels(_ channels: Int, _ family: StageTable.Family) -> Int {
    if width == 1 { return channels }
    let target = Double(channels) * width
    let rounded = max(8, Int(target + 4) / 8 * 8)
    return family == .v1 && Double(rounded) < 0.9 * target ? rounded + 8 : rounded
  }

  /// Repeats after scaling, rounded up.
  public func scaledRepeats(_ repeats: Int) -> Int { Int((depth * Double(repeats)).rounded(.up)) }
}
