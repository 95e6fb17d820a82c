import Training

/// What a study consists of: a pure function of its configuration and of the ledger, so that whoever
/// finishes first decides nothing, and a study that goes on is a study replayed.
package protocol StudyDesign {
  /// Networks that are known so far, in their order.
  func networks(_ ledger: Ledger) throws(TrainingError) -> [StudyNetwork]

  /// Jobs that are known to be needed, done ones included, in their order; no two of them the same.
  func jobs(_ ledger: Ledger) throws(TrainingError) -> [Job]
}

/// What the parts of a study share.
package struct StudyParts {
  package let configuration: StudyConfiguration
  package let recipe: Recipe
  package let equalizer: Equalizer

  package init(_ configuration: StudyConfiguration, _ recipe: Recipe) {
    self.configuration = configuration
    self.recipe = recipe
    equalizer = Equalizer(
      base: recipe.base.architecture, tolerance: configuration.search.tolerance,
      keepsEnds: !configuration.run.network.model.released.table.scalesEnds)
  }

  /// The base as a network of the study.
  var base: StudyNetwork { StudyNetwork(StudyNetwork.baseName, recipe.base) }

  /// Trainings of a network from its beginning to its end.
  func wholeTrainings(
    _ network: ScaledNetwork, seeds: Int, isFresh: Bool = false, on images: Trial.Images
  ) throws(TrainingError) -> [Job] {
    try (0..<seeds).map { number throws(TrainingError) in
      Job(try recipe.trial(network, seed: number, isFresh: isFresh, on: images))
    }
  }

  /// Refuses hypotheses that no network of the study can tell anything about.
  func requireHypotheses(about networks: [StudyNetwork]) throws(TrainingError) {
    let known = Set(networks.flatMap(\.directions) + configuration.search.directions)
    for hypothesis in configuration.search.hypotheses {
      for direction in [hypothesis.better, hypothesis.worse] where !known.contains(direction) {
        throw TrainingError(
          .usage,
          "search.hypotheses: \(hypothesis) needs networks of direction \(direction.name), which the "
            + "study does not have; add it to search.directions")
      }
    }
  }

  /// The network nearest to a direction.
  func scaled(
    _ direction: Direction, factor: Double
  ) throws(TrainingError) -> Equalizer.Result {
    do throws(Unreachable) {
      return try equalizer.network(factor: factor, direction.shares)
    } catch { throw TrainingError(error, direction) }
  }
}

extension TrainingError {
  /// What cannot be reached, and what can.
  init(_ unreachable: Unreachable, _ direction: Direction) {
    let factor = unreachable.factor
    let nearest = unreachable.nearest.map { nearest in
      let shares = nearest.shares
      return
        "the nearest has \(nearest.network.architecture.resolution) pixels and "
        + "\(nearest.network.depth) blocks, shares "
        + [shares.depth, shares.width, shares.resolution].map { String(format: "%.2f", $0) }
        .joined(separator: ", ") + " of depth, width and resolution"
    }
    self.init(
      .usage,
      "search.directions: no network in direction \(direction.name) has \(factor) times the "
        + "multiply-adds of the base; \(nearest ?? "there is none near it at all"); resolution moves in "
        + "steps of the total stride, \(unreachable.stride): give another factor, a base with smaller "
        + "strides, or a larger search.tolerance")
  }
}
