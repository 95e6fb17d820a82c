import Foundation
import Hosts
import Kernels
import MPI

/// Measures the points of a plan, in jobs of their own, interleaved so that drift of the machine
/// hits all of them alike.
package struct ScalingMeasurement {
  package let plan: ScalingPlan
  private let mpirun: MPIRun
  /// Samples of each point, one for each repetition.
  package private(set) var samples: [ScalingSeries: [ScalingSample]] = [:]
  /// Points in the order of reports.
  package private(set) var series: [ScalingSeries] = []
  /// Samples of networks that are only predicted, by name.
  package private(set) var predicted: [String: ScalingSample] = [:]

  /// Measures everything.
  ///
  /// - Parameter observer: Is told what is measured next, and how far it is.
  /// - Throws: When a job fails, when there are too few processors, when a signal came.
  package init(_ plan: ScalingPlan, observer: (String) -> Void) throws {
    self.plan = plan
    mpirun = try MPIRun(for: MPISession.libraryVersion)
    var order = plan.series
    for repetition in 0..<plan.repetitions {
      // Everybody is first once in a while.
      let turn = repetition % max(order.count, 1)
      var waiting = Array(order[turn...] + order[..<turn])
      while let next = waiting.first {
        waiting.removeFirst()
        observer("repetition \(repetition + 1) of \(plan.repetitions): \(next.name)")
        let sample = try measure(next)
        samples[next, default: []].append(sample)
        guard repetition == 0, next.kind == .weak || next.kind == .strong else { continue }
        try requireProcessors(for: sample)
        let busy = ScalingSeries(
          kind: .busy, ranks: sample.hosts.mostRanksOfMachine, batch: plan.batch)
        if busy.ranks > 1, !order.contains(busy) {
          order.append(busy)
          waiting.append(busy)
        }
      }
    }
    series = order.sorted { ($0.ranks, $0.kind.order) < ($1.ranks, $1.kind.order) }
    let machineRanks =
      plan.ranksPerHost.map { min($0, AllottedCores().processors.count) } ?? mostOnMachine
    for name in plan.predicted {
      observer("the steps of \(name)")
      predicted[name] = try predictionSample(name, copies: machineRanks - 1)
    }
  }

  /// Most ranks that were measured on a machine, and on a host: hosts can share a machine.
  package var mostOnMachine: Int {
    samples.values.joined().map(\.hosts.mostRanksOfMachine).max() ?? 1
  }
  package var mostOnHost: Int {
    samples.values.joined().map(\.hosts.mostRanksOfHost).max() ?? 1
  }

  private func requireProcessors(for sample: ScalingSample) throws {
    guard !plan.isOversubscribing, isOversubscribed(sample) else { return }
    throw SampleProcess.Failure(
      faultKind: .usage,
      description: "\(sample.hosts.places.count) ranks are more than the processors of their "
        + "hosts (\(sample.hosts.text)); take fewer --ranks, or --oversubscribe, which measures no "
        + "speed")
  }

  /// Whether ranks share a processor.
  package func isOversubscribed(_ sample: ScalingSample) -> Bool {
    let seats = sample.hosts.places.map { "\($0.machine) \($0.processors)" }
    return Set(seats).count < seats.count
  }

  private func measure(_ series: ScalingSeries) throws -> ScalingSample {
    let isJob = series.kind == .weak || series.kind == .strong
    let ranks = isJob ? series.ranks : 1
    var arguments = ["--batch", "\(series.batch)", "--micro-batch", "\(plan.microBatch)"]
    if let configuration = plan.configuration {
      arguments += ["--config", configuration] + plan.overrides.flatMap { ["--set", $0] }
    } else {
      arguments += ["--model", plan.model, "--resolution", "\(plan.resolution)"]
    }
    let isCalibrating = isJob && series.ranks == plan.ranks.max()
    return try run(
      arguments + (isCalibrating ? ["--calibrate"] : []), ranks: ranks, steps: plan.steps,
      copies: series.kind == .busy ? series.ranks - 1 : 0)
  }

  private func predictionSample(_ name: String, copies: Int) throws -> ScalingSample {
    let batch = "\(ScalingPlan.predictionBatch)"
    return try run(
      ["--model", name, "--batch", batch, "--micro-batch", batch], ranks: 1,
      steps: ScalingPlan.predictionSteps, copies: copies)
  }

  /// Steps of the copies, which are ended before.
  private static let endless = 100_000

  private func run(
    _ arguments: [String], ranks: Int, steps: Int, copies: Int
  ) throws -> ScalingSample {
    // Started first, so that they compute when the steps are recorded.
    let neighbours = try (0..<copies).map { copy in
      try SampleProcess(
        mpirun, ranks: 1,
        arguments + ["--steps", "\(Self.endless)", "--first-processor", "\(copy + 1)"],
        hostFile: plan.hostFile, isOversubscribing: plan.isOversubscribing)
    }
    defer { for neighbour in neighbours { neighbour.end() } }
    let sample = try SampleProcess(
      mpirun, ranks: ranks, arguments + ["--steps", "\(steps)"], hostFile: plan.hostFile,
      isOversubscribing: plan.isOversubscribing
    ).sample()
    // Without them it would be the speed of a rank alone under another name.
    for neighbour in neighbours { try neighbour.requireRunning() }
    return sample
  }
}

extension ScalingSeries.Kind {
  fileprivate var order: Int {
    switch self {
    case .alone: 0
    case .busy: 1
    case .weak: 2
    case .strong: 3
    }
  }
}
