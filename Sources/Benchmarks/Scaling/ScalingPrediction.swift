/// Weak scaling of a network on a link, by the model: predicted, never measured.
package struct ScalingPrediction: Sendable, Encodable {
  /// A number of ranks.
  package struct Row: Sendable, Encodable {
    package let ranks, hosts: Int
    package let imagesPerSecond: Double
    /// Images a second of each rank over those of a single one by the same model.
    package let efficiency: Double
    /// The same with ranks that all take the recorded step of middle length: no jitter.
    package let evenEfficiency: Double
    package let parts: StepParts
  }

  /// Always true; for whoever reads a row alone.
  package let isPredicted = true
  package let network: String
  package let resolution: Int
  package let imagesPerRank, ranksPerHost: Int
  /// Images that the recorded steps had.
  package let recordedImages: Int
  package let link: Link
  package let rows: [Row]

  /// Rank-steps of a simulation at most.
  private static let effort = 16_384

  init(
    network: String, _ recorded: (sequence: ExchangeSequence, steps: [StepTimeline]),
    resolution: Int, recordedImages: Int, imagesPerRank: Int, ranksPerHost: Int, link: Link,
    _ calibration: ScalingReport.Calibration
  ) {
    self.network = network
    self.resolution = resolution
    self.imagesPerRank = imagesPerRank
    self.ranksPerHost = ranksPerHost
    self.recordedImages = recordedImages
    self.link = link
    let share = Double(imagesPerRank) / Double(recordedImages)
    let counts = (0...12).map { 1 << $0 }.filter { $0 <= ScalingPlan.mostPredictedRanks }
    let middle = recorded.steps.sorted { $0.step < $1.step }[recorded.steps.count / 2]
    var (single, evenSingle) = (0.0, 0.0)
    rows = counts.map { ranks in
      let hosts = max(1, (ranks + ranksPerHost - 1) / ranksPerHost)
      let cost = calibration.cost(ranks: ranks, hosts: hosts, between: link)
      let replay = StepReplay(recorded.sequence, cost, rules: calibration.rules)
      let parts = replay.mean(
        of: recorded.steps, share: share, draws: min(max(Self.effort / ranks, 4), 32))
      let even = replay.step([middle], share: share).step
      if ranks == 1 { (single, evenSingle) = (parts.step, even) }
      return Row(
        ranks: ranks, hosts: hosts,
        imagesPerSecond: Double(ranks * imagesPerRank) / parts.step,
        efficiency: single / parts.step, evenEfficiency: evenSingle / even, parts: parts)
    }
  }

  /// Every network on every link.
  static func all(
    _ measurement: ScalingMeasurement, _ evaluation: ScalingReport.Evaluation,
    _ calibration: ScalingReport.Calibration
  ) -> [ScalingPrediction] {
    let plan = measurement.plan
    let perHost = plan.ranksPerHost ?? measurement.mostOnHost
    let links = [calibration.between ?? calibration.sharedMemory].compactMap { $0 } + Link.named
    let first = evaluation.alone[0]
    var result: [ScalingPrediction] = []
    func append(
      _ name: String, _ recorded: (sequence: ExchangeSequence, steps: [StepTimeline]),
      _ sample: ScalingSample
    ) {
      for link in links {
        result.append(
          ScalingPrediction(
            network: name, recorded, resolution: sample.resolution,
            recordedImages: sample.batch, imagesPerRank: plan.batch, ranksPerHost: perHost,
            link: link, calibration))
      }
    }
    append(plan.model, evaluation.recorded(max(perHost, measurement.mostOnMachine)), first)
    for name in plan.predicted {
      guard let sample = measurement.predicted[name] else { continue }
      append(name, (sample.sequence, sample.steps.map { $0[0] }), sample)
    }
    return result
  }
}

extension ScalingReport.Calibration {
  /// Stands for a link between hosts where none was calibrated: no network is as good.
  var sharedMemory: Link? {
    within.map {
      Link(
        name: "as if all ranks shared this host's memory", latency: $0.latency,
        secondsPerByte: $0.secondsPerByte)
    }
  }
}
