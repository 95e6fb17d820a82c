import Boundary
import Glibc
import Networks

/// Finds the network that is nearest to a direction among those whose multiply-adds are a factor
/// times those of the base, by exact count.
///
/// A formula such as `ceil(α^φ·n)` rounds up as a rule: what is called φ = 1 costs 2.57 times the
/// baseline, and directions differ by up to 26 % at what is called equal compute. So the count is
/// solved for: of all depths (blocks of all stages, see ``StageDepths``), resolutions and widths
/// near the direction those are kept whose count is within the tolerance, and of those the nearest.
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
  /// Whether stem, head and the repeats of the first and the last stage stay, as in the Lite
  /// family.
  package let keepsEnds: Bool

  /// Shares that differ by more are another direction: the next point of a triangle of thirds,
  /// 0.471 away, is nearer then.
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
    // Multiples of the total stride use every pixel of the last map: others only where they are
    // nearer by what matters.
    for step in [stride, 1] {
      nearest =
        nearestNetwork(
          factor: factor, shares, sideStep: step, within: nearest?.distance ?? .infinity)
        ?? nearest
      if let nearest, nearest.distance <= Self.near { return nearest }
    }
    if let nearest, nearest.distance <= Self.farthest { return nearest }
    throw Unreachable(
      factor: factor, shares: shares, nearest: nearest, stride: stride,
      reachable: reachableFactors(beside: factor, shares))
  }

  /// The nearest factors on both sides of one that is not, two doublings away at most, at which
  /// the direction has a network; ascending.
  private func reachableFactors(beside factor: Double, _ shares: Shares) -> [Double] {
    [-1.0, 1.0].compactMap { sign in
      (1...Int(2 * Self.factorSteps)).lazy.map { step -> Double in
        let near = factor * exp2(sign * Double(step) / Self.factorSteps)
        return (near * 100).rounded() / 100
      }
      .prefix { $0 > 0 && ($0 > 1) == (factor > 1) && $0 != 1 }
      .first {
        nearestNetwork(
          factor: $0, shares, sideStep: base.architecture.totalStride, within: Self.farthest) != nil
      }
    }
  }

  /// Factors in a doubling that are tried: neighbours differ by what a tolerance of 0.02 covers.
  private static let factorSteps = 16.0

  /// The nearest network of all whose count is right and that are nearer than `limit`.
  ///
  /// Goes outwards from what is wanted: what lies farther in depth and resolution alone than the
  /// nearest so far cannot be nearer, whatever its width.
  private func nearestNetwork(
    factor: Double, _ shares: Shares, sideStep: Int, within limit: Double
  ) -> Result? {
    let wanted = shares.coefficients(factor: factor)
    let doublings = log2(factor)
    let target = factor * Double(base.multiplyAdds)
    func growth(_ depth: Int, _ side: Int, _ width: Double) -> Growth {
      Growth(
        depth: Double(depth) / Double(base.depth), width: width,
        resolution: Double(side) / Double(base.architecture.resolution))
    }
    /// Squares of how far depths and sides are from what is wanted, the nearest first.
    func outwards(_ values: some Sequence<Int>, _ lack: (Int) -> Double) -> [(Int, Double)] {
      values.map { ($0, lack($0) * lack($0)) }.sorted { $0.1 < $1.1 }
    }
    let depths = outwards(depths(near: wanted.depth, factor)) {
      growth($0, base.architecture.resolution, 1).shares(of: factor).depth - shares.depth
    }
    let sides = outwards(sides(near: wanted.resolution, factor, step: sideStep)) {
      growth(base.depth, $0, 1).shares(of: factor).resolution - shares.resolution
    }
    var nearest: Candidate?
    /// The square of the distance that the width may add.
    func rest(_ squares: Double) -> Double {
      let reach = nearest?.distance ?? limit
      return reach * reach * Self.slack - squares
    }
    for (depth, depthSquare) in depths {
      if rest(depthSquare) < 0 { break }
      guard let rows = rows(depth: depth) else { continue }
      for (side, sideSquare) in sides {
        let rest = rest(depthSquare + sideSquare)
        if rest < 0 { break }
        let bounds = [-1, 1].map { sign in
          exp2((shares.width + sign * rest.squareRoot()) * doublings / 2)
        }.sorted()
        for step in steps(of: rows, side: side, from: bounds[0], to: bounds[1], target) {
          let reached = growth(depth, side, Double(step) / Self.widthSteps)
          let candidate = Candidate(
            distance: reached.shares(of: factor).distance(to: shares), blocks: depth, side: side,
            step: step)
          guard candidate.distance < limit, nearest.map(candidate.isBetter) ?? true else {
            continue
          }
          nearest = candidate
        }
      }
    }
    return nearest.flatMap { nearest in
      rows(depth: nearest.blocks).map { rows in
        let network = ScaledNetwork(scaled(rows, step: nearest.step, side: nearest.side))
        let reached = growth(
          nearest.blocks, nearest.side, Double(nearest.step) / Self.widthSteps)
        return Result(
          network: network, factor: Double(network.multiplyAdds) / Double(base.multiplyAdds),
          reached: reached, shares: reached.shares(of: factor), distance: nearest.distance)
      }
    }
  }

  /// Sums of squares may come out larger than the distance whose square they are.
  private static let slack = 1 + 1e-9

  /// A network whose count is right.
  private struct Candidate {
    let distance: Double
    let blocks, side, step: Int

    /// The nearer one, of equals the shallower, then the one of smaller images.
    func isBetter(than other: Candidate) -> Bool {
      (distance, blocks, side, step) < (other.distance, other.blocks, other.side, other.step)
    }
  }

  /// Numbers of blocks whose share is near the one that is asked for.
  private func depths(near wanted: Double, _ factor: Double) -> some Sequence<Int> {
    let least = fixedBlocks + scaledStages.count * Stage.repeatRange.lowerBound
    let most = fixedBlocks + scaledStages.count * Stage.repeatRange.upperBound
    let count = Double(base.depth)
    let reach = Self.reach(factor)
    let low = max(least, Int((count * wanted / reach).rounded(.down)))
    // Of a factor below 1 the shallowest network may have more blocks than are asked for.
    let high = max(least, Int((count * wanted * reach).rounded(.up)))
    return Swift.stride(from: low, through: min(high, most), by: 1)
  }

  /// Sides of the input whose share is near the one that is asked for.
  private func sides(near wanted: Double, _ factor: Double, step: Int) -> some Sequence<Int> {
    let side = Double(base.architecture.resolution)
    let reach = Self.reach(factor).squareRoot()
    let low = max(Self.sides.lowerBound, Int((side * wanted / reach).rounded(.down)))
    let high = min(Self.sides.upperBound, Int((side * wanted * reach).rounded(.up)))
    return Swift.stride(from: (low + step - 1) / step * step, through: high, by: step)
  }

  /// The factor of compute that a share of its own may be away from what is asked for; a half of
  /// them all where nothing is near, to have a nearest one to name.
  private static func reach(_ factor: Double) -> Double { pow(max(factor, 1 / factor), 0.5) }

  /// Steps of all widths between two that make the multiply-adds of a depth and a resolution right.
  private func steps(
    of rows: [Stage], side: Int, from narrowest: Double, to widest: Double, _ target: Double
  ) -> [Int] {
    func cost(_ step: Int) -> Double {
      Double(scaled(rows, step: step, side: side).multiplyAdds)
    }
    func isRight(_ cost: Double) -> Bool { abs(cost / target - 1) <= tolerance }
    // One step more at each end: what is rounded here must not be missed.
    var low = max(Self.widths.lowerBound, Int(max(0, narrowest * Self.widthSteps - 1)))
    var high = Int(min(Double(mostSteps), widest * Self.widthSteps + 1))
    // Width 1 leaves channels as they are, which may not be multiples of 8 as all others are: costs
    // grow with the width everywhere else.
    let unit = Int(Self.widthSteps)
    var found = low <= unit && unit <= high && isRight(cost(unit)) ? [unit] : []
    if low == unit { low += 1 }
    if high == unit { high -= 1 }
    guard low <= high, cost(low) / target - 1 <= tolerance, cost(high) / target - 1 >= -tolerance
    else { return found }
    // The first step that costs enough.
    var (first, last) = (low, high)
    while first < last {
      let middle = (first + last) / 2
      if cost(middle == unit ? middle + 1 : middle) / target - 1 < -tolerance {
        first = middle + 1
      } else {
        last = middle
      }
    }
    for step in first...high where step != unit {
      guard isRight(cost(step)) else { break }
      found.append(step)
    }
    return found
  }

  /// Steps of the largest width whose channels a row of a table, and the ends of a network, can
  /// have.
  private var mostSteps: Int {
    let all = base.architecture
    let ends = keepsEnds ? [] : [all.stemChannels, all.headChannels]
    let largest = (all.stages.map(\.channels) + ends).max() ?? 1
    let most = Double(Stage.channelRange.upperBound) / Double(largest) * Self.widthSteps
    return min(Self.widths.upperBound, Int(most))
  }

  /// Stages of the base with other repeats; nil where a row of a table cannot have as many.
  private func rows(depth: Int) -> [Stage]? {
    var rows = base.architecture.stages
    let depths = StageDepths.divide(
      depth - fixedBlocks, like: rows[scaledStages].map(\.repeats))
    guard depths.allSatisfy(Stage.repeatRange.contains) else { return nil }
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

  private func scaled(_ rows: [Stage], step: Int, side: Int) -> Architecture {
    let old = base.architecture
    let coefficients = Coefficients(
      width: Double(step) / Self.widthSteps, depth: 1, resolution: side)
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
