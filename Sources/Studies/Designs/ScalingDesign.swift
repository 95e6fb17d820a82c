import Training

/// The base scaled in several directions by several factors, each network trained to its end with
/// several seeds: figures 3 and 8 and table 7 of the paper (arXiv:1905.11946), at equal
/// multiply-adds.
package struct ScalingDesign: StudyDesign {
  package let parts: StudyParts
  private let known: [StudyNetwork]

  /// - Throws: Where a direction has no network with the multiply-adds of a factor.
  package init(_ parts: StudyParts) throws(TrainingError) {
    self.parts = parts
    guard !parts.configuration.search.directions.isEmpty else {
      throw TrainingError(
        .usage, "search.directions is empty: there is nothing to compare; give one at least")
    }
    var networks = [parts.base]
    for factor in parts.configuration.search.factors.sorted() {
      for direction in parts.configuration.search.directions {
        networks.add(direction, try parts.scaled(direction, factor: factor), factor: factor)
      }
    }
    try parts.requireHypotheses(about: networks)
    known = networks
  }

  package func course() -> any StudyCourse { ScalingCourse(self, known) }

  /// Trainings of a network.
  package func trainings(_ network: ScaledNetwork) throws(TrainingError) -> [Job] {
    try parts.wholeTrainings(
      network, seeds: parts.configuration.search.seeds, on: .validation)
  }
}

/// The course of a scaling study, of which everything is known from its beginning.
private final class ScalingCourse: StudyCourse {
  let networks: [StudyNetwork]
  private(set) var known: [Job] = []
  private let design: ScalingDesign
  /// Networks whose trainings are known.
  private var planned = 0

  init(_ design: ScalingDesign, _ networks: [StudyNetwork]) {
    self.design = design
    self.networks = networks
  }

  var jobs: [Job] { known }

  func advance(by ledger: Ledger, _ headway: Headway) throws(TrainingError) {
    while planned < networks.count {
      try headway.note()
      known += try design.trainings(networks[planned].network)
      planned += 1
    }
  }
}
