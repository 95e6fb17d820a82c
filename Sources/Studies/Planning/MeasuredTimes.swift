/// How long jobs take by what was measured of some networks.
struct MeasuredTimes {
  private let measured: [Calibration.Measurement]
  private let study: Study

  /// - Parameter measured: By ascending units.
  init(_ measured: [Calibration.Measurement], _ study: Study) {
    self.measured = measured
    self.study = study
  }

  /// Epochs that a job adds to what its training has done before.
  private func epochs(_ job: Job) -> Int {
    let configuration = study.configuration.halving
    let isContinued = configuration.mode == .continue && job.trial.epochs == study.recipe.epochs
    let before = isContinued ? configuration.epochs.last { $0 < job.epochs } ?? 0 : 0
    return job.epochs - (study.kind == .grid && job.trial.images == .heldOut ? before : 0)
  }

  /// Images that a job trains on.
  func trainedImages(_ job: Job) -> Int { epochs(job) * study.imageCounts.training }

  /// Seconds of a job on one rank.
  func seconds(_ job: Job) -> Double {
    let units = job.trial.network.cost
    let counts = study.imageCounts
    let batch = study.configuration.run.batch.size
    let steps = epochs(job) * ((counts.training + batch - 1) / batch)
    let images = job.trial.images == .heldOut ? counts.heldOut : counts.validation
    return between(units, \.startSeconds) + Double(steps) * between(units, \.secondsPerStep)
      + Double(images) * between(units, \.secondsPerMeasuredImage) + between(units, \.endSeconds)
  }

  /// A value between those of the two networks that are nearest.
  private func between(_ units: Double, _ value: (Calibration.Measurement) -> Double) -> Double {
    guard let upper = measured.firstIndex(where: { $0.units >= units }) else {
      return measured.last.map { value($0) * units / $0.units } ?? 0
    }
    guard upper > 0, measured[upper].units > units else { return value(measured[upper]) }
    let (low, high) = (measured[upper - 1], measured[upper])
    let part = (units - low.units) / (high.units - low.units)
    return value(low) + part * (value(high) - value(low))
  }
}
