import Foundation
import Statistics
import Training

/// A plan before anything was measured: all jobs, by playing the study with made-up results.
struct PlanDraft {
  private let kind: StudyKind
  private let configuration: StudyConfiguration
  private let ledger: Ledger
  private let study: Study
  private let jobs: [Job]
  private let headway: Headway
  private let places: RankPlaces
  private let limits: GroupLimits
  /// What is to be measured.
  let question: Calibration.Question

  /// - Parameters:
  ///   - options: How the study would be done.
  ///   - tell: Is told of lines of the ledger that do not count.
  /// - Throws: When the study cannot be done, as whoever does it would be told.
  init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ folder: StudyFolder,
    _ places: RankPlaces, _ options: StudyRun.Options, _ headway: Headway,
    _ tell: (String) -> Void
  ) throws(TrainingError) {
    self.kind = kind
    self.configuration = configuration
    if !options.isResuming || !folder.hasStudy { try folder.requireNew() }
    let asked = try StudyQuestion(
      kind, configuration, folder, options, isHeld: FolderLease.isHeld(folder.run), headway, tell)
    ledger = asked.contents.ledger
    self.headway = headway
    self.places = places
    study = asked.study
    if let problem = study.problemOfRecipe() { throw problem }
    let study = study
    let limits = try GroupLimits(
      study, freeBytes: places.freeBytes, hosts: places.hosts, fixed: options.slots)
    self.limits = limits
    try StudySimulation(study).play(ranks: 1, headway, seconds: { _ in 1 }) {
      Self.madeUp($0, of: study)
    }
    jobs = try study.jobs()
    func groups(jobs: Int) -> Division {
      Division(places.hosts, forJobs: jobs, limits)
    }
    question = Calibration.Question(
      trainings: try Self.measuredTrainings(jobs, study.recipe),
      smallest: groups(jobs: places.hosts.count), largest: groups(jobs: 1))
  }

  /// Any result does, as long as not all are equal.
  private static func madeUp(_ job: Job, of study: Study) -> LedgerEntry {
    let count = study.measuredImages(job)
    let lot = job.trial.identity.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
    return LedgerEntry(madeUp: job, correct: count / 4 + lot * (count / 2) / 0x10000, of: count)
  }

  /// Networks that are measured; times of others lie between theirs.
  private static let mostMeasured = 6

  private static func measuredTrainings(
    _ jobs: [Job], _ recipe: Recipe
  ) throws(TrainingError) -> [Calibration.Training] {
    var distinct: [Double: Trial] = [:]
    for job in jobs { distinct[job.trial.network.cost] = job.trial }
    let units = distinct.keys.sorted()
    let count = min(mostMeasured, units.count)
    let chosen = (0..<count).map { units[count > 1 ? $0 * (units.count - 1) / (count - 1) : 0] }
    var trainings: [Calibration.Training] = []
    for units in chosen {
      guard let trial = distinct[units] else { continue }
      trainings.append(
        Calibration.Training(
          units: units, yaml: try recipe.timed(trial)))
    }
    return trainings
  }

  func plan(_ findings: Calibration.Findings) throws(TrainingError) -> StudyPlan {
    let times = MeasuredTimes(findings, study)
    let replay = StudySimulation(Study(study, from: ledger))
    // The same results once more: only when they come is another matter.
    try replay.play(on: places.hosts, limits, headway, duration: times.duration) {
      study.ledger[$0] ?? Self.madeUp($0, of: study)
    }
    let networks = try networks()
    let power = PlannedPower(study, ledger, jobs)
    return StudyPlan(
      kind: kind, networks: networks, jobs: jobs.count, done: jobs.count { ledger.has($0) },
      trainedImages: replay.jobs.reduce(0) { $0 + study.trainedImages($1) },
      ranks: places.hosts.count,
      rankSeconds: replay.jobs.reduce(0) { $0 + times.rankSeconds($1) }, seconds: replay.seconds,
      measuredBytes: Double(findings.measurements.map(\.residentBytes).max() ?? 0),
      freeBytes: places.freeBytesOfRank, power: power.sentences,
      warnings: power.warnings + study.notices
        + [limits.notice(hosts: places.hosts)].compactMap { $0 })
  }

  private func networks() throws(TrainingError) -> [StudyPlan.Network] {
    let images = configuration.run.batch.size / configuration.run.batch.rounds
    let counts = jobs.reduce(into: [:]) { $0[$1.trial.network, default: 0] += 1 }
    return try study.networks().map { network in
      let scaled = network.network
      return StudyPlan.Network(
        name: network.name, resolution: scaled.architecture.resolution, blocks: scaled.depth,
        multiplyAdds: scaled.multiplyAdds, parameters: scaled.parameters,
        activations: scaled.activations,
        factor: Double(scaled.multiplyAdds) / Double(study.recipe.base.multiplyAdds),
        asked: network.directions.first?.shares.parts,
        reached: network.scaling?.shares.parts,
        bytes: scaled.architecture.trainingBytes(images: images),
        jobs: counts[scaled] ?? 0)
    }
  }
}
