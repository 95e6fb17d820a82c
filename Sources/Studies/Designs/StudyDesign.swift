import Training

/// What a study consists of: a pure function of its configuration and of the ledger, so that
/// whoever finishes first decides nothing, and a study that goes on is a study replayed.
package protocol StudyDesign {
  /// The study before it has looked into any ledger.
  func course() -> any StudyCourse

  /// Hypotheses of the configuration that such a study cannot say anything about.
  var unanswered: [Hypothesis] { get }
}

extension StudyDesign {
  package var unanswered: [Hypothesis] { [] }
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

  /// Trainings of a network with fresh seeds on the validation data, which nothing was selected by.
  package func freshTrainings(_ network: ScaledNetwork) throws(TrainingError) -> [Job] {
    try wholeTrainings(
      network, seeds: configuration.search.freshSeeds, isFresh: true, on: .validation)
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
    let reachable = unreachable.reachable.map { "\($0)" }.joined(separator: " and ")
    let example = reachable.isEmpty ? "" : " (\(reachable) can be had)"
    self.init(
      .usage,
      "search.directions: no network in direction \(direction.name) has \(unreachable); give another "
        + "factor\(example), a base with smaller strides or more blocks, or a larger "
        + "search.tolerance")
  }
}
