import Foundation
import MPI

/// What a scaling benchmark found: measured points, where efficiency went, a model of the exchanges
/// held against the points, and what it predicts.
package struct ScalingReport: Sendable, Encodable {
  /// A measured point.
  package struct Point: Sendable, Encodable {
    package let name: String
    package let series: ScalingSeries
    package let hosts: Int
    package let hostMap: HostMap
    /// Whether ranks share processors: no measurement of speed.
    package let isOversubscribed: Bool
    package let imagesPerSecond, stepSeconds: Bootstrap.Interval
    /// Mean over the ranks, `[repetition, step]`.
    package let rawStepSeconds: [[Double]]
    /// Images a second of each rank over those of one rank alone, and with busy neighbours.
    package let efficiencyAlone: Bootstrap.Interval
    package let efficiencyBusy: Bootstrap.Interval?
    package let parts: StepParts
    /// Nil for baselines.
    package let loss: LossSplit?
    package let model: ModelledStep
  }

  /// A step by the model.
  package struct ModelledStep: Sendable, Encodable {
    package let parts: StepParts
    /// Model over measured, minus 1.
    package let residual: Double
  }

  /// What the model knows of the links.
  package struct Calibration: Sendable, Encodable {
    /// Within a host; nil where no two ranks share one.
    package let within: Link?
    /// Between hosts; nil on one host without a given link.
    package let between: Link?
    /// Whether ``between`` was given and not measured.
    package let isGiven: Bool
    package let secondsPerByteAdded: Double
    package let sweep: LinkSweep?
    package let rules: StepReplay.Rules

    /// What exchanges among `ranks` on `hosts` cost; a link that was not measured costs as much as
    /// the one that was, and nothing where there are no two ranks.
    func cost(ranks: Int, hosts: Int, between given: Link? = nil) -> ExchangeCost {
      let nothing = Link(name: "none", latency: 0, secondsPerByte: 0)
      return ExchangeCost(
        ranks: ranks, hosts: hosts, within: within ?? between ?? nothing,
        between: given ?? between ?? within ?? nothing, secondsPerByteAdded: secondsPerByteAdded)
    }
  }

  package let plan: ScalingPlan
  package let written: String
  package let versions: String
  package let parameters: Int
  package let machines: [MachineFacts]
  package let points: [Point]
  package let calibration: Calibration
  package let predictions: [ScalingPrediction]
  package let definitions: [Definition]

  /// Draws of a replay that stands beside a measurement.
  private static let draws = 64

  /// Evaluates what was measured.
  package init(_ measurement: ScalingMeasurement) {
    let plan = measurement.plan
    self.plan = plan
    let evaluation = Evaluation(measurement)
    let first = evaluation.alone[0]
    written = Date().formatted(.iso8601)
    versions = first.versions
    parameters = first.parameters
    machines = measurement.samples.values.joined().flatMap(\.machines)
      .reduce(into: [MachineFacts]()) { all, one in
        if !all.contains(where: { $0.host == one.host }) { all.append(one) }
      }.sorted { $0.host < $1.host }
    let calibration = Self.calibration(measurement)
    self.calibration = calibration
    points = measurement.series.map { evaluation.point($0, calibration, draws: Self.draws) }
    predictions = ScalingPrediction.all(measurement, evaluation, calibration)
    definitions = Definition.all(plan)
  }

  private static func calibration(_ measurement: ScalingMeasurement) -> Calibration {
    let sweeps = measurement.samples.values.joined().compactMap(\.links)
    func fit(_ name: String, _ part: KeyPath<LinkSweep, [LinkSweep.Sample]>) -> Link? {
      Link(
        name: name,
        fitting: sweeps.flatMap { $0[keyPath: part] }.map { ($0.bytes, $0.seconds) })
    }
    let given = measurement.plan.link
    var rules = StepReplay.Rules()
    // Jobs of one rank choose nothing.
    let several = measurement.samples.values.joined().filter { $0.hosts.places.count > 1 }
    rules.chunkBytes = several.map(\.chunkBytes).min() ?? rules.chunkBytes
    return Calibration(
      within: fit("within a host, calibrated", \.within),
      between: given ?? fit("between hosts, calibrated", \.between), isGiven: given != nil,
      secondsPerByteAdded: sweeps.map(\.secondsPerByteAdded).median, sweep: sweeps.first,
      rules: rules)
  }

  /// What points are held against.
  struct Evaluation {
    let measurement: ScalingMeasurement
    let alone: [ScalingSample]

    init(_ measurement: ScalingMeasurement) {
      self.measurement = measurement
      alone =
        measurement.series.first { $0.kind == .alone }
        .flatMap { measurement.samples[$0] } ?? []
      precondition(!alone.isEmpty, "nothing was measured")
    }

    /// Single ranks with as many neighbours as `count` ranks of a machine have.
    func busy(_ count: Int) -> [ScalingSample]? {
      measurement.series.first { $0.kind == .busy && $0.ranks == count }
        .flatMap { measurement.samples[$0] }
    }

    /// Recorded steps of single ranks among `count` on a machine, or as many as were measured;
    /// their exchanges are with nobody.
    func recorded(_ count: Int) -> (sequence: ExchangeSequence, steps: [StepTimeline]) {
      let busy = measurement.series.filter { $0.kind == .busy && $0.ranks <= count }
      let samples =
        busy.max { $0.ranks < $1.ranks }.flatMap { measurement.samples[$0] } ?? alone
      return (samples[0].sequence, samples.flatMap { $0.steps.map { $0[0] } })
    }

    func point(_ series: ScalingSeries, _ calibration: Calibration, draws: Int) -> Point {
      let samples = measurement.samples[series] ?? []
      let isJob = series.kind == .weak || series.kind == .strong
      let ranks = isJob ? series.ranks : 1
      let raw = samples.map(\.stepSeconds)
      /// Images a second of each rank.
      func rates(_ samples: [ScalingSample]) -> [[Double]] {
        samples.map { sample in sample.stepSeconds.map { Double(sample.batch) / $0 } }
      }
      let onMachine =
        isJob ? samples[0].hosts.mostRanksOfMachine : series.kind == .busy ? series.ranks : 1
      let neighbours = busy(onMachine)
      let steps = Bootstrap.median(raw)
      let share = Double(series.batch) / Double(alone[0].batch)
      let parts = StepParts(middleOf: samples.flatMap(\.parts))
      let loss = LossSplit(
        point: parts, alone: StepParts(middleOf: alone.flatMap(\.parts)),
        busy: neighbours.map { StepParts(middleOf: $0.flatMap(\.parts)) }, share: share)
      let hosts = isJob ? samples[0].hosts.hosts.count : 1
      let cost = calibration.cost(ranks: ranks, hosts: hosts)
      let recorded = recorded(onMachine)
      let model = StepReplay(recorded.sequence, cost, rules: calibration.rules)
        .mean(of: recorded.steps, share: share, draws: draws)
      let all = rates(samples)
      return Point(
        name: series.name, series: series, hosts: hosts, hostMap: samples[0].hosts,
        isOversubscribed: measurement.isOversubscribed(samples[0]),
        imagesPerSecond: Bootstrap.median(all.map { $0.map { $0 * Double(ranks) } }),
        stepSeconds: steps, rawStepSeconds: raw,
        efficiencyAlone: series.kind == .alone
          ? Bootstrap.Interval(value: 1, low: 1, high: 1) : Bootstrap.ratio(all, to: rates(alone)),
        efficiencyBusy: isJob ? neighbours.map { Bootstrap.ratio(all, to: rates($0)) } : nil,
        parts: parts, loss: isJob ? loss : nil,
        model: ModelledStep(parts: model, residual: model.step / steps.value - 1))
    }
  }
}
