import Boundary
import Glibc
import Networks

/// Finds the network that is nearest to a direction among those whose multiply-adds are a factor times
/// those of the base, by exact count.
///
/// A formula such as `ceil(α^φ·n)` rounds up as a rule: what is called φ = 1 costs 2.57 times the
/// baseline, and directions differ by up to 26 % at what is called equal compute. So the count is solved
/// for: of all depths (blocks of all stages, see ``StageDepths``), resolutions and widths near the
/// direction those are kept whose count is within the tolerance, and of those the nearest.
package struct Equalizer: Sendable {
  /// A network with what was asked for and what is reached.
  package struct Result: Sendable, Equatable {
    package let network: ScaledNetwork
    /// Multiply-adds over those of the base.
    package let factor: Double
    package let reached: Growth
    /// Logarithms of these for the logarithm of the factor that was asked for.
    package let shares: Shares
    /// From the shares that were asked for.
    package let distance: Double
  }

  /// The network that is scaled.
  package let base: ScaledNetwork
  /// Largest share by which multiply-adds may differ from what is asked for.
  package let tolerance: Double
  /// Whether stem, head and the repeats of the first and the last stage stay, as in the Lite family.
  package let keepsEnds: Bool

  /// Shares that differ by more are another direction: the next point of a triangle of thirds, 0.471 away,
  /// is nearer then.
  package static let farthest = 0.236
  /// Shares that differ by less are the same direction.
  private static let near = 0.1
  /// Steps of the width coefficient in a unit, and all of them: 1/32 to 32.
  private static let widthSteps = 512.0
  private static let widths = 16...16_384
  /// Sides of an input, see `network.resolution`.
  private static let sides = 8...2048

  package init(base: Architecture, tolerance: Double, keepsEnds: Bool = false) {
    self.base = ScaledNetwork(base)
    self.tolerance = tolerance
    self.keepsEnds = keepsEnds
  }

  /// The nearest network.
  ///
  /// - Parameters:
  ///   - factor: Multiply-adds over those of the base; not 1.
  ///   - shares: The direction.
  /// - Throws: Where none is near enough, naming the nearest.
  package func network(
    factor: Double, _ shares: Shares
  ) throws(Unreachable) -> Result {
    precondition(factor > 0 && factor != 1, "\(factor) times the base needs no scaling")
    let stride = base.architecture.totalStride
    var nearest: Result?
    // Multiples of the total stride use every pixel of the last map: others only where they are nearer
    // by what matters.
    for step in [stride, 1] {
      if let found = nearestNetwork(factor: factor, shares, sideStep: step),
        found.distance < nearest?.distance ?? .infinity
      {
        nearest = found
      }
      if let nearest, nearest.distance <= Self.near { return nearest }
    }
    if let nearest, nearest.distance <= Self.farthest { return nearest }
    throw Unreachable(factor: factor, shares: shares, nearest: nearest, stride: stride)
  }

  private func nearestNetwork(factor: Double, _ shares: Shares, sideStep: Int) -> Result? {
    let wanted = shares.coefficients(factor: factor)
    var nearest: Candidate?
    for depth in depths(near: wanted.depth, factor) {
      for side in sides(near: wanted.resolution, factor, step: sideStep) {
        for (architecture, width) in networks(depth: depth, side: side, factor) {
          let reached = Growth(
            depth: Double(depth) / Double(base.depth), width: width,
            resolution: Double(side) / Double(base.architecture.resolution))
          let candidate = Candidate(
            distance: reached.shares(of: factor).distance(to: shares), blocks: depth,
            architecture: architecture, reached: reached)
          if nearest.map({ candidate.isBetter(than: $0) }) ?? true { nearest = candidate }
        }
      }
    }
    return nearest.map { nearest in
      Result(
        network: ScaledNetwork(nearest.architecture),
        factor: Double(nearest.architecture.multiplyAdds) / Double(base.multiplyAdds),
        reached: nearest.reached,
        shares: nearest.reached.shares(of: factor), distance: nearest.distance)
    }
  }

  /// A network whose count is right.
  private struct Candidate {
    let distance: Double
    let blocks: Int
    let architecture: Architecture
    let reached: Growth

    /// The nearer one, of equals the shallower.
    func isBetter(than other: Candidate) -> Bool {
      (distance, blocks) < (other.distance, other.blocks)
    }
  }

  /// Numbers of blocks whose share is near the one that is asked for.
  private func depths(near wanted: Double, _ factor: Double) -> ClosedRange<Int> {
    let least = fixedBlocks + scaledStages.count
    let count = Double(base.depth)
    let reach = Self.reach(factor)
    let low = max(least, Int((count * wanted / reach).rounded(.down)))
    return low...max(low, Int((count * wanted * reach).rounded(.up)))
  }

  /// Sides of the input whose share is near the one that is asked for.
  private func sides(near wanted: Double, _ factor: Double, step: Int) -> [Int] {
    let side = Double(base.architecture.resolution)
    let reach = Self.reach(factor).squareRoot()
    let low = max(Self.sides.lowerBound, Int((side * wanted / reach).rounded(.down)))
    let high = min(Self.sides.upperBound, Int((side * wanted * reach).rounded(.up)))
    let first = (low + step - 1) / step * step
    return first <= high ? Array(Swift.stride(from: first, through: high, by: step)) : []
  }

  /// The factor of compute that a share of its own may be away from what is asked for; a half of them
  /// all where nothing is near, to have a nearest one to name.
  private static func reach(_ factor: Double) -> Double { pow(max(factor, 1 / factor), 0.5) }

  /// Networks of a depth and a resolution with their width coefficients, of all widths that make their
  /// multiply-adds right.
  private func networks(depth: Int, side: Int, _ factor: Double) -> [(Architecture, Double)] {
    let rows = rows(depth: depth)
    let target = factor * Double(base.multiplyAdds)
    func architecture(_ step: Int) -> Architecture {
      scaled(rows, width: Double(step) / Self.widthSteps, side: side)
    }
    /// The first step that costs at least so much.
    func first(_ cost: Double) -> Int {
      var (low, high) = (Self.widths.lowerBound, Self.widths.upperBound)
      while low < high {
        let middle = (low + high) / 2
        if Double(architecture(middle).multiplyAdds) < cost {
          low = middle + 1
        } else {
          high = middle
        }
      }
      return low
    }
    var found: [(Architecture, Double)] = []
    for step in first((1 - tolerance) * target)...Self.widths.upperBound {
      let architecture = architecture(step)
      let deviation = Double(architecture.multiplyAdds) / target - 1
      if deviation > tolerance { break }
      if deviation >= -tolerance { found.append((architecture, Double(step) / Self.widthSteps)) }
    }
    return found
  }

  /// Stages of the base with other repeats.
  private func rows(depth: Int) -> [Stage] {
    var rows = base.architecture.stages
    let depths = StageDepths.divide(
      depth - fixedBlocks, like: rows[scaledStages].map(\.repeats))
    for (index, repeats) in zip(scaledStages, depths) { rows[index].repeats = repeats }
    return rows
  }

  /// Those whose repeats are scaled.
  private var scaledStages: Range<Int> {
    let all = base.architecture.stages.indices
    return keepsEnds && all.count > 2 ? all.dropFirst().dropLast() : all
  }

  /// Blocks of the others.
  private var fixedBlocks: Int {
    base.depth - base.architecture.stages[scaledStages].reduce(0) { $0 + $1.repeats }
  }

  private func scaled(_ rows: [Stage], width: Double, side: Int) -> Architecture {
    let old = base.architecture
    let coefficients = Coefficients(width: width, depth: 1, resolution: side)
    var result = old
    func scaled(_ channels: Int) -> Int { coefficients.scaledChannels(channels, old.family) }
    if !keepsEnds {
      result.stemChannels = scaled(old.stemChannels)
      result.headChannels = scaled(old.headChannels)
    }
    result.stages = rows
    for index in rows.indices { result.stages[index].channels = scaled(rows[index].channels) }
    result.resolution = side
    return result
  }
}
