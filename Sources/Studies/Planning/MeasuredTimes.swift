import Foundation

/// How long jobs take by what was measured of some networks.
struct MeasuredTimes {
  private let findings: Calibration.Findings
  private let study: Study

  init(_ findings: Calibration.Findings, _ study: Study) {
    self.findings = findings
    self.study = study
  }

  /// How long a group of so many ranks takes for a job.
  func duration(_ job: Job, ranks: Int) -> JobDuration {
    let units = job.trial.network.cost
    let batch = study.configuration.run.batch
    let steps =
      study.addedEpochs(job) * ((study.imageCounts.training + batch.size - 1) / batch.size)
    let secondsPerRound =
      between(units, \.secondsPerRound) * batch.largestShare(ofRanks: ranks) * loss(ranks: ranks)
    let images = Double(study.measuredImages(job)) / Double(ranks)
    return JobDuration(
      start: between(units, \.startSeconds),
      training: Double(steps * batch.rounds) * secondsPerRound,
      measuring: images * between(units, \.secondsPerMeasuredImage),
      saving: between(units, \.endSeconds))
  }

  /// Seconds of a rank that a job takes, in a group as small as they are.
  func rankSeconds(_ job: Job) -> Double {
    let ranks = max(1, Int(findings.smallest.rounded()))
    return Double(ranks) * duration(job, ranks: ranks).total
  }

  /// How many times as long as by its share a rank takes in a group of so many: as was measured of
  /// the largest groups, and as much again with each doubling of ranks.
  private func loss(ranks: Int) -> Double {
    guard let (ranksOfLargest, loss) = findings.largest, loss > 0 else { return 1 }
    let doublings = log2(Double(ranks) / findings.smallest)
    return pow(loss, doublings / log2(ranksOfLargest / findings.smallest))
  }

  /// A value between those of the two networks that are nearest.
  private func between(_ units: Double, _ value: (Calibration.Measurement) -> Double) -> Double {
    let measured = findings.measurements
    guard let upper = measured.firstIndex(where: { $0.units >= units }) else {
      return measured.last.map { value($0) * units / $0.units } ?? 0
    }
    guard upper > 0, measured[upper].units > units else { return value(measured[upper]) }
    let (low, high) = (measured[upper - 1], measured[upper])
    let part = (units - low.units) / (high.units - low.units)
    return value(low) + part * (value(high) - value(low))
  }
}
