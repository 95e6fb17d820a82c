import Training

/// All shares of depth, width and resolution on a triangle at one factor, of which the best are
/// confirmed with fresh seeds on images that nothing was selected by: step 1 of compound scaling
/// (arXiv:1905.11946).
package struct GridDesign: StudyDesign {
  package let parts: StudyParts
  private let known: [StudyNetwork]
  let halving: Halving

  /// - Throws: Where there is more than one factor, nothing to select by, or a direction has no
  ///   network with the multiply-adds of the factor.
  package init(_ parts: StudyParts) throws(TrainingError) {
    self.parts = parts
    let search = parts.configuration.search
    try parts.requireHeldOut()
    guard search.factors.count == 1, let factor = search.factors.first else {
      throw TrainingError(
        .usage,
        "search.factors has \(search.factors.count) factors, and a grid is of one; give the one, such "
          + "as --set search.factors=[2]")
    }
    var networks: [StudyNetwork] = []
    for direction in search.directions {
      networks.add(direction, try parts.scaled(direction, factor: factor), factor: factor)
    }
    var protected = Set(networks.indices)
    for shares in Shares.triangle(divisions: search.divisions) {
      let direction = Direction.named.first { $0.shares == shares } ?? Direction(shares)
      if networks.contains(where: { $0.directions.contains(direction) }) { continue }
      networks.add(direction, try parts.scaled(direction, factor: factor), factor: factor)
    }
    try parts.requireHypotheses(about: networks)
    let named = search.hypotheses.flatMap { [$0.better, $0.worse] }
    for (number, network) in networks.enumerated()
    where network.directions.contains(where: named.contains) {
      protected.insert(number)
    }
    known = networks
    halving = Halving(
      keep: parts.configuration.halving.keep, cohort: parts.configuration.halving.cohort,
      protected: protected)
  }

  package func course() -> any StudyCourse { GridCourse(self) }

  /// Those that are compared, and the base, which is only confirmed.
  var networks: [StudyNetwork] { known + [parts.base] }

  /// Number of networks that are compared.
  var count: Int { known.count }

  /// Epochs of all rungs, the end of training included.
  var rungEpochs: [Int] { parts.configuration.halving.epochs + [parts.recipe.epochs] }

  /// A rung, with the numbers of the networks that are trained up to it.
  package struct Rung: Sendable {
    package let epochs: Int
    /// As far as they are known, ascending.
    package let entrants: [Int]
    /// Those of them that the first rung has dropped and that go on by lot.
    let drawn: [Int]
    /// Whether all entrants are known.
    package let isComplete: Bool
  }

  /// The rungs of which something is known: a cohort goes on when it is done, whatever the others
  /// do.
  package func rungs(_ ledger: Ledger) throws(TrainingError) -> [Rung] {
    let course = GridCourse(self)
    try course.advance(by: ledger, .unwatched)
    return course.rungs
  }

  /// Networks at the end of training that have not come there by their score: the protected ones,
  /// and those that were drawn by lot among the ones that the first rung has dropped.
  package func unselected(_ ledger: Ledger) throws(TrainingError) -> Set<Int> {
    let rungs = try rungs(ledger)
    return rungs.count > 1 ? halving.protected.union(rungs[1].drawn) : []
  }

  /// Trainings of a network up to a rung, on the images that are held out.
  package func trainings(_ number: Int, _ epochs: Int) throws(TrainingError) -> [Job] {
    let network = known[number].network
    return try (0..<parts.configuration.search.seeds).map { seed throws(TrainingError) in
      switch parts.configuration.halving.mode {
      case .continue: Job(try parts.recipe.trial(network, seed: seed, on: .heldOut), epochs: epochs)
      case .restart:
        Job(try parts.recipe.trial(network, seed: seed, epochs: epochs, on: .heldOut))
      }
    }
  }

  /// Numbers of the networks that were trained to the end, the best first; nil before they were.
  package func ranking(_ ledger: Ledger) throws(TrainingError) -> [Int]? {
    try ranking(rungs(ledger), ledger)
  }

  private func ranking(_ rungs: [Rung], _ ledger: Ledger) throws(TrainingError) -> [Int]? {
    guard let last = rungs.last, last.epochs == parts.recipe.epochs, last.isComplete else {
      return nil
    }
    var scores: [(number: Int, score: Int)] = []
    for number in last.entrants {
      let jobs = try trainings(number, last.epochs)
      guard ledger.hasAll(jobs) else { return nil }
      if let correct = ledger.correct(jobs) { scores.append((number, correct)) }
    }
    return scores.ranked()
  }

  /// Networks that are trained with fresh seeds: the best ones, the protected ones, and the base;
  /// nil before they are known.
  package func confirmed(
    _ rungs: [Rung], _ ledger: Ledger
  ) throws(TrainingError) -> [StudyNetwork]? {
    guard let ranking = try ranking(rungs, ledger) else { return nil }
    let best = ranking.prefix(parts.configuration.search.confirmed)
    let others = halving.protected.sorted().filter { !best.contains($0) }
    return (best + others).map { known[$0] } + [parts.base]
  }
}

extension StudyParts {
  /// Refuses a study that selects where there are no images to select by.
  func requireHeldOut() throws(TrainingError) {
    guard configuration.run.data.holdOut > 0 else {
      throw TrainingError(
        .usage,
        "data.holdOut is 0: this study selects networks, and what they are selected by cannot confirm "
          + "them; hold a part of the training images out, such as --set data.holdOut=0.2")
    }
    guard !configuration.run.data.validation.isEmpty else {
      throw TrainingError(
        .usage,
        "data.validation is missing: what a study selects is confirmed on images of their own")
    }
  }
}
