import Training

/// The course of a grid: its rungs, then the networks that are confirmed.
///
/// Each cohort goes its own way from rung to rung, and so does each network that is drawn by lot,
/// once all cohorts have left the first rung.
final class GridCourse: StudyCourse {
  /// Networks that are at the same rung and decided on together.
  private struct Party {
    /// Their numbers, ascending.
    let members: [Int]
    /// Whether it is one that goes on by lot, whatever its score.
    let isDrawn: Bool
    /// From 0 on.
    let rung: Int
    var awaited: AwaitedJobs
  }

  let networks: [StudyNetwork]
  private(set) var known: [Job] = []
  private let design: GridDesign
  /// Those that have not come to their end.
  private var parties: [Party] = []
  /// Jobs up to each rung, by the number of their network.
  private var trainings: [[Int: [Job]]]
  /// Numbers of those that go on to a rung by lot.
  private var drawn: [Set<Int>]
  /// Of those that the first rung has dropped, the ones that did not diverge; nil when lots were
  /// drawn.
  private var dropped: Set<Int>? = []
  private var confirmed: [Job]?
  /// Number of each network that is compared.
  private let numbers: [ScaledNetwork: Int]

  init(_ design: GridDesign) {
    self.design = design
    networks = design.networks
    trainings = design.rungEpochs.map { _ in [:] }
    drawn = design.rungEpochs.map { _ in [] }
    numbers = Dictionary(
      networks.prefix(design.count).enumerated().map { ($1.network, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  var jobs: [Job] {
    trainings.flatMap { rung in rung.sorted { $0.key < $1.key }.flatMap(\.value) }
      + (confirmed ?? [])
  }

  /// Rungs of which something is known.
  var rungs: [GridDesign.Rung] {
    var rungs: [GridDesign.Rung] = []
    for (index, epochs) in design.rungEpochs.enumerated() {
      let isComplete =
        index == 0 || (dropped == nil && parties.allSatisfy { $0.rung >= index })
      guard isComplete || !trainings[index].isEmpty else { break }
      rungs.append(
        GridDesign.Rung(
          epochs: epochs, entrants: trainings[index].keys.sorted(),
          drawn: drawn[index].sorted(), isComplete: isComplete))
    }
    return rungs
  }

  func isUndecided(_ job: Job) -> Bool {
    guard !job.isWhole, let number = numbers[job.trial.network],
      let rung = design.rungEpochs.firstIndex(of: job.epochs)
    else { return false }
    return parties.contains { $0.rung == rung && $0.members.contains(number) }
      || (rung == 0 && dropped?.contains(number) ?? false)
  }

  func advance(by ledger: Ledger, _ headway: Headway) throws(TrainingError) {
    if known.isEmpty {
      for cohort in design.halving.cohorts(of: Array(0..<design.count)) {
        try begin(cohort, at: 0, headway)
      }
    }
    // Whoever goes on is looked at in the next round.
    while let index = parties.indices.first(where: { parties[$0].awaited.areDone(ledger) }) {
      try decide(parties.remove(at: index), ledger, headway)
    }
    guard parties.isEmpty, confirmed == nil,
      let networks = try design.confirmed(rungs, ledger)
    else { return }
    var jobs: [Job] = []
    for network in networks { jobs += try design.parts.freshTrainings(network.network) }
    known += jobs
    confirmed = jobs
  }

  /// Has a party that is done at its rung go on, those of it that do.
  private func decide(
    _ party: Party, _ ledger: Ledger, _ headway: Headway
  ) throws(TrainingError) {
    let next = party.rung + 1
    guard next < design.rungEpochs.count else { return }
    var scores: [Int: Int] = [:]
    for number in party.members {
      scores[number] = ledger.correct(trainings[party.rung][number] ?? [])
    }
    // Nobody goes on with what diverged.
    let survivors =
      party.isDrawn
      ? party.members.filter { scores[$0] != nil }
      : design.halving.survivors(of: party.members) { scores[$0] }
    try begin(survivors, at: next, isDrawn: party.isDrawn, headway)
    guard party.rung == 0, let others = dropped else { return }
    let dropped = others.union(scores.keys).subtracting(survivors)
    let isLast = parties.allSatisfy { $0.rung > 0 }
    self.dropped = isLast ? nil : dropped
    guard isLast else { return }
    let search = design.parts.configuration.search
    let lots = Halving.unselected(
      of: dropped.sorted(), count: search.unselected, seed: search.seed)
    for number in lots { try begin([number], at: next, isDrawn: true, headway) }
  }

  private func begin(
    _ members: [Int], at rung: Int, isDrawn: Bool = false, _ headway: Headway
  ) throws(TrainingError) {
    guard !members.isEmpty else { return }
    var jobs: [Job] = []
    for number in members {
      try headway.note()
      let own = try design.trainings(number, design.rungEpochs[rung])
      trainings[rung][number] = own
      jobs += own
    }
    known += jobs
    if isDrawn { drawn[rung].formUnion(members) }
    parties.append(
      Party(members: members, isDrawn: isDrawn, rung: rung, awaited: AwaitedJobs(jobs)))
  }
}
