/// How long jobs take by what was measured of some networks.
struct MeasuredTimes {
  private let measured: [Calibration.Measurement]
  private let study: Study

  /// - Parameter measured: By ascending units.
  init(_ measured: [Calibration.Measurement], _ study: Study) {
    self.measured = measured
    self.study = study
  }

  /// Seconds of a job on one rank.
  func seconds(_ job: Job) -> Double {
    let units = job.trial.network.cost
    let batch = study.configuration.run.batch
    let steps =
      study.addedEpochs(job) * ((study.imageCounts.training + batch.size - 1) / batch.size)
    let images = study.measuredImages(job)
    return between(units, \.startSeconds) + Double(steps * batch.rounds)
      * between(units, \.secondsPerRound)
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
