internal import Boundary
import Reports

extension ScalingReport {
  /// The network and how it was measured.
  var subtitle: String {
    "\(plan.model) at \(plan.resolution) × \(plan.resolution), "
      + "\(parameters.groupedText) parameters, micro-batches of \(plan.microBatch) images, "
      + "\(plan.configuration == nil ? "synthetic images" : "images of \(plan.configuration ?? "")"), "
      + "\(plan.repetitions) repetitions of \(plan.steps) steps, interleaved"
  }

  /// Why the figures are no measurement of speed, if they are not.
  var warning: String? {
    points.contains(where: \.isOversubscribed)
      ? "Ranks share processors: this shows that the job runs, not how fast." : nil
  }

  /// The tree's links in a line each.
  var linkTexts: [(name: String, value: String)] {
    func text(_ link: Link) -> String {
      "α \((1e6 * link.latency).text(2)) µs, β \((1e9 * link.secondsPerByte).text(3)) ns a byte "
        + (link.secondsPerByte > 0 ? "(\((1e-6 / link.secondsPerByte).text()) MB/s)" : "")
    }
    var result = [("within a host", calibration.within.map(text) ?? "no two ranks on a host")]
    if let between = calibration.between {
      result.append(
        (
          "between hosts, \(calibration.isGiven ? "given as \(between.name)" : "calibrated")",
          text(between)
        ))
    }
    return result + [
      ("γ, adding", "\((1e9 * calibration.secondsPerByteAdded).text(3)) ns a byte")
    ]
  }

  /// Points, their rates and efficiencies.
  var pointTable: ScalingPage.Table {
    ScalingPage.Table(
      columns: [
        "point", "hosts", "images a rank", "images/s", "95 % interval", "step ms",
        "efficiency, alone", "95 % interval", "efficiency, busy",
      ],
      rows: points.map { point in
        let speed = point.imagesPerSecond
        let efficiency = point.efficiencyAlone
        return [
          point.name + (point.isOversubscribed ? " (oversubscribed)" : ""), "\(point.hosts)",
          "\(point.series.batch)", speed.value.text(2),
          "\(speed.low.text(2))–\(speed.high.text(2))",
          (1000 * point.stepSeconds.value).text(2), efficiency.value.percentText,
          point.series.kind == .alone
            ? "" : "\((100 * efficiency.low).text(1))–\((100 * efficiency.high).text(1)) %",
          point.efficiencyBusy?.value.percentText ?? "",
        ]
      })
  }

  /// Where each point's time went, a column for each point.
  var lossTable: ScalingPage.Table {
    let lost = points.compactMap { point in point.loss.map { (name: point.name, split: $0) } }
    let names = lost.first.map { $0.split.parts.map(\.name) } ?? []
    func row(_ name: String, _ cell: (LossSplit) -> String) -> [String] {
      [name] + lost.map { cell($0.split) }
    }
    func cell(_ seconds: Double, of loss: Double) -> String {
      "\((1000 * seconds).text(2)) ms" + (loss == 0 ? "" : ", \((100 * seconds / loss).text(1)) %")
    }
    return ScalingPage.Table(
      columns: ["lost for"] + lost.map(\.name),
      rows: names.indices.map { index in
        row(names[index]) { cell($0.parts[index].seconds, of: $0.loss) }
      } + [
        row("all parts without other") { cell($0.named, of: $0.loss) },
        row("loss, and its share of the step") {
          "\((1000 * $0.loss).text(2)) ms, \(($0.loss / $0.step).percentText)"
        },
        row("of slower compute: contention") {
          $0.contention.map { "\((1000 * $0).text(2)) ms" } ?? "–"
        },
      ])
  }

  /// The model beside each point.
  var modelTable: ScalingPage.Table {
    ScalingPage.Table(
      columns: [
        "point", "measured ms", "model ms", "residual", "gradient ms", "batch norm ms",
        "imbalance ms",
      ],
      rows: points.map { point in
        let model = point.model.parts
        return [
          point.name, (1000 * point.stepSeconds.value).text(2), (1000 * model.step).text(2),
          point.model.residual.percentText, (1000 * model.gradientExchange).text(2),
          (1000 * model.batchNormExchange).text(2), (1000 * model.imbalance).text(2),
        ]
      })
  }

  /// What to think of predictions whose model does not fit what was measured.
  var modelWarning: String? {
    guard let worst = points.max(by: { abs($0.model.residual) < abs($1.model.residual) }),
      abs(worst.model.residual) > Self.largestResidual
    else { return nil }
    return "The model is \(worst.model.residual.percentText) off at \(worst.name): do not trust "
      + "what it predicts; measure again on a quiet machine, with more steps"
  }

  /// As a fraction of a step: what machines vary by from one sitting to the next.
  private static let largestResidual = 0.1

  /// A network on all links, at ranks from 1 to 4,096.
  func predictionTable(_ predictions: [ScalingPrediction]) -> ScalingPage.Table {
    ScalingPage.Table(
      columns: [
        "link between hosts", "ranks", "hosts", "predicted images/s", "efficiency", "even ranks",
        "step ms", "gradient ms", "batch norm ms", "imbalance ms",
      ],
      rows: predictions.flatMap { prediction in
        let shown = [16, 256, 1024, 4096]
        return prediction.rows.filter { shown.contains($0.ranks) }.map { row in
          [
            row.ranks == shown[0] ? prediction.link.name : "", row.ranks.groupedText,
            row.hosts.groupedText,
            row.imagesPerSecond.text(), row.efficiency.percentText,
            row.evenEfficiency.percentText, (1000 * row.parts.step).text(1),
            (1000 * row.parts.gradientExchange).text(1),
            (1000 * row.parts.batchNormExchange).text(1), (1000 * row.parts.imbalance).text(1),
          ]
        }
      })
  }

  /// Predictions of each network, in their order.
  var predictionGroups: [(network: String, predictions: [ScalingPrediction])] {
    var names: [String] = []
    for prediction in predictions where !names.contains(prediction.network) {
      names.append(prediction.network)
    }
    return names.map { name in (name, predictions.filter { $0.network == name }) }
  }

  /// Hosts, clocks and versions.
  var facts: [(name: String, value: String)] {
    let largest = points.max { $0.hostMap.places.count < $1.hostMap.places.count }
    return [("host map of the largest job", largest?.hostMap.text ?? "")]
      + machines.map { machine in
        (
          machine.host,
          "\(machine.processor), \(machine.processors) processors, "
            + "\((Double(machine.memoryBytes) / Double(1 << 30)).text(1)) GiB, clock: "
            + machine.clock
        )
      }
      + linkTexts + [("versions", versions), ("plan", planText)]
  }

  private var planText: String {
    "ranks \(plan.ranks.map(String.init).joined(separator: ", ")); weak \(plan.weak), strong "
      + "\(plan.strong); host file \(plan.hostFile ?? "none"); chunks of "
      + "\(calibration.rules.chunkBytes.groupedText) bytes"
  }
}

extension ScalingReport {
  /// The points in a line each.
  package var summary: String {
    points.map { point in
      let speed = "\(point.name): \(point.imagesPerSecond.value.text(2)) images/s"
      let model = ", model \(point.model.residual.percentText) off"
      guard let loss = point.loss else { return speed + model }
      let parts = loss.parts.map { "\($0.name) \((1000 * $0.seconds).text(2))" }
      return "\(speed), \(point.efficiencyAlone.value.percentText) of perfect\(model); "
        + "\((1000 * loss.loss).text(2)) ms lost: \(parts.joined(separator: ", "))"
    }.joined(separator: "\n") + (modelWarning.map { "\n" + $0 } ?? "")
  }
}
