import Training

/// All shares of depth, width and resolution on a triangle at one factor, of which the best are confirmed
/// with fresh seeds on images that nothing was selected by: step 1 of compound scaling (arXiv:1905.11946).
package struct GridDesign: StudyDesign {
  package let parts: StudyParts
  private let known: [StudyNetwork]
  let halving: Halving

  /// - Throws: Where there is more than one factor, nothing to select by, or a direction has no network
  ///   with the multiply-adds of the factor.
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
    let named = networks.count
    for shares in Shares.triangle(divisions: search.divisions) {
      let direction = Direction.named.first { $0.shares == shares } ?? Direction(shares)
      if networks.contains(where: { $0.directions.contains(direction) }) { continue }
      networks.add(direction, try parts.scaled(direction, factor: factor), factor: factor)
    }
    try parts.requireHypotheses(about: networks)
    known = networks
    halving = Halving(
      keep: parts.configuration.halving.keep, cohort: parts.configuration.halving.cohort,
      protected: Set(0..<named))
  }

  /// Those that are compared, and the base, which is only confirmed.
  package func networks(_ ledger: Ledger) -> [StudyNetwork] { known + [parts.base] }

  package func jobs(_ ledger: Ledger) throws(TrainingError) -> [Job] {
    let rungs = try rungs(ledger)
    var jobs: [Job] = []
    for rung in rungs {
      for number in rung.entrants { jobs += try trainings(number, rung.epochs) }
    }
    guard let confirmed = try confirmed(ledger) else { return jobs }
    for network in confirmed { jobs += try parts.freshTrainings(network.network) }
    return jobs
  }

  /// A rung, with the numbers of the networks that are trained up to it.
  package struct Rung: Sendable {
    package let epochs: Int
    package let entrants: [Int]
    /// Those of them that the first rung has dropped and that go on by lot.
    fileprivate let drawn: [Int]
  }

  /// The rungs that are known: each has all its members once the one before is done.
  package func rungs(_ ledger: Ledger) throws(TrainingError) -> [Rung] {
    let search = parts.configuration.search
    var rungs: [Rung] = []
    var contenders = Array(known.indices)
    var unselected: [Int] = []
    for epochs in parts.configuration.halving.epochs + [parts.recipe.epochs] {
      let entrants = Set(contenders + unselected).sorted()
      rungs.append(Rung(epochs: epochs, entrants: entrants, drawn: unselected))
      guard epochs < parts.recipe.epochs else { break }
      var scores: [Int: Int] = [:]
      for number in entrants {
        let jobs = try trainings(number, epochs)
        guard ledger.hasAll(jobs) else { return rungs }
        scores[number] = ledger.correct(jobs)
      }
      let survivors = halving.survivors(of: contenders) { scores[$0] }
      if rungs.count == 1 {
        let dropped = contenders.filter { !survivors.contains($0) && scores[$0] != nil }
        unselected = Halving.unselected(of: dropped, count: search.unselected, seed: search.seed)
      }
      // Nobody goes on with what diverged.
      unselected = unselected.filter { scores[$0] != nil }
      contenders = survivors
    }
    return rungs
  }

  /// Networks at the end of training that have not come there by their score: the protected ones, and those
  /// that were drawn by lot among the ones that the first rung has dropped.
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
    guard let last = try rungs(ledger).last, last.epochs == parts.recipe.epochs else { return nil }
    var scores: [(number: Int, score: Int)] = []
    for number in last.entrants {
      let jobs = try trainings(number, last.epochs)
      guard ledger.hasAll(jobs) else { return nil }
      if let correct = ledger.correct(jobs) { scores.append((number, correct)) }
    }
    return scores.ranked()
  }

  /// Networks that are trained with fresh seeds: the best ones, the protected ones, and the base; nil
  /// before they are known.
  package func confirmed(_ ledger: Ledger) throws(TrainingError) -> [StudyNetwork]? {
    guard let ranking = try ranking(ledger) else { return nil }
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
