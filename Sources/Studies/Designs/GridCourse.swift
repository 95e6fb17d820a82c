import Training

/// The course of a grid: its rungs, then the networks that are confirmed.
final class GridCourse: StudyCourse {
  let networks: [StudyNetwork]
  private(set) var known: [Job] = []
  private(set) var rungs: [GridDesign.Rung] = []
  private let design: GridDesign
  private var awaited = AwaitedJobs([])
  private var isConfirming = false

  init(_ design: GridDesign) {
    self.design = design
    networks = design.networks
  }

  var jobs: [Job] { known }

  func isUndecided(_ job: Job) -> Bool { !job.isWhole && job.epochs == rungs.last?.epochs }

  func advance(by ledger: Ledger, _ headway: Headway) throws(TrainingError) {
    if rungs.isEmpty { try begin(design.firstRung, headway) }
    while !isConfirming, awaited.areDone(ledger) {
      if let next = try design.rung(after: rungs, ledger) {
        try begin(next, headway)
      } else if let confirmed = try design.confirmed(rungs, ledger) {
        for network in confirmed { known += try design.parts.freshTrainings(network.network) }
        isConfirming = true
      }
    }
  }

  private func begin(_ rung: GridDesign.Rung, _ headway: Headway) throws(TrainingError) {
    var jobs: [Job] = []
    for number in rung.entrants {
      try headway.note()
      jobs += try design.trainings(number, rung.epochs)
    }
    rungs.append(rung)
    known += jobs
    awaited = AwaitedJobs(jobs)
  }
}
