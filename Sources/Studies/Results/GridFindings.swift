import Statistics
import Training

/// What the triangle of shares tells.
package struct GridFindings: Codable, Sendable {
  /// Shares with the bases of compound scaling that they stand for.
  package struct Point: Codable, Sendable {
    /// Depth, width, resolution.
    package let shares: [Double]
    package let alpha, beta, gamma: Double
    /// Top-1 there, on the images that networks are selected by.
    package let top1: Double

    init(_ shares: Shares, top1: Double) {
      self.shares = shares.parts
      (alpha, beta, gamma) = (
        shares.scaling.alpha, shares.scaling.beta, shares.scaling.gamma
      )
      self.top1 = top1
    }
  }

  /// A network with its mean top-1 at the rung that all networks have reached.
  package struct Cell: Codable, Sendable {
    /// A direction that has led to the network.
    package struct Asked: Codable, Sendable {
      package let name: String
      /// Depth, width, resolution.
      package let shares: [Double]
    }

    package let name: String
    package let asked: [Asked]
    /// Depth, width, resolution.
    package let reached: [Double]
    package let top1: Double
    /// Whether the surface at what is reached cannot be told from its optimum.
    package let isAmongBest: Bool
  }

  /// Epochs of the rung that the surface is fitted to.
  package let epochs: Int
  package let cells: [Cell]
  /// The surface's best point; nil where too few networks determine no surface.
  package let optimum: Point?
  /// Whether no point of the triangle can be told from that one; nil where nothing tells how noisy
  /// the surface is.
  package let regionIsWhole: Bool?
  /// Share of the scores' variance that the surface explains, and how probable it is that it misses
  /// points by no more than seeds differ.
  package let determination, lackOfFitP: Double?
  /// Points of a triangle in twentieths that cannot be told from the best.
  package let region: [[Double]]
  /// The network that was selected.
  package let winner: Point?
  package let rung: RungTrust?

  init(
    _ study: Study, _ design: GridDesign, _ networks: [StudyNetwork], winner: StudyNetwork?
  ) throws(TrainingError) {
    let rungs = try design.rungs(study.ledger)
    epochs = rungs[0].epochs
    var points: [(network: StudyNetwork, scores: [Double])] = []
    for number in rungs[0].entrants {
      let top1 = try design.trainings(number, rungs[0].epochs).compactMap { study.ledger[$0]?.top1 }
      if top1.count == study.configuration.search.seeds { points.append((networks[number], top1)) }
    }
    let surface = ResponseSurface(
      points.map { SurfacePoint($0.network.mixture, scores: $0.scores) }, seeds: .common)
    let region = surface.flatMap { OptimumRegion($0, study.resampling) }
    optimum = surface.map { surface in
      let best = surface.optimum
      return Point(
        Shares(depth: best.shares.a, width: best.shares.b, resolution: best.shares.c),
        top1: best.value)
    }
    regionIsWhole = region?.isWhole
    determination = surface?.determination
    lackOfFitP = surface?.lackOfFit?.p
    self.region = region?.points.map { [$0.a, $0.b, $0.c] } ?? []
    cells = points.map { point in
      Cell(
        name: point.network.name,
        asked: point.network.directions.map { .init(name: $0.name, shares: $0.shares.parts) },
        reached: point.network.scaling?.shares.parts ?? [0, 0, 0], top1: point.scores.mean,
        isAmongBest: region?.contains(point.network.mixture) ?? false)
    }
    let selected = points.first { $0.network.network == winner?.network }
    self.winner = selected.flatMap { selected in
      selected.network.scaling.map {
        Point($0.shares.normalized, top1: selected.scores.mean)
      }
    }
    rung = rungs.count > 1 ? try Self.trust(study, design, rungs) : nil
  }

  private static func trust(
    _ study: Study, _ design: GridDesign, _ rungs: [GridDesign.Rung]
  ) throws(TrainingError) -> RungTrust? {
    guard let last = rungs.last, last.epochs == study.recipe.epochs else { return nil }
    let unselected = try design.unselected(study.ledger)
    var (some, all): ([(Double, Double)], [(Double, Double)]) = ([], [])
    for number in last.entrants {
      guard let first = study.ledger.top1(try design.trainings(number, rungs[0].epochs)),
        let final = study.ledger.top1(try design.trainings(number, last.epochs))
      else { continue }
      all.append((first, final))
      if unselected.contains(number) { some.append((first, final)) }
    }
    return RungTrust(.protectedAndDrawn, some, all: all, study.resampling)
  }
}

extension StudyNetwork {
  /// The point of the triangle that is nearest in proportion: channels and pixels move in steps,
  /// and what is reached may lie beside it, with a sum that is not quite 1.
  var mixture: MixtureShares {
    let shares = (scaling?.shares ?? Shares(depth: 0, width: 0, resolution: 1)).normalized
    return MixtureShares(a: shares.depth, b: shares.width, c: shares.resolution)
  }
}

extension Shares {
  /// The same without what is below 0, and with a sum of 1.
  var normalized: Shares {
    let parts = parts.map { max(0, $0) }
    let sum = parts.reduce(0, +)
    return Shares(depth: parts[0] / sum, width: parts[1] / sum, resolution: parts[2] / sum)
  }
}
