import Reports

extension ScalingReport {
  /// One self-contained page.
  package var html: String {
    var page = ScalingPage(title: "Scaling of \(plan.model)", subtitle: subtitle)
    page.warning = warning
    page.tiles = tiles
    page.partNames = [
      "computing as alone", "slower compute", "exposed gradient exchange", "batch-norm exchange",
      "imbalance", "waiting for data", "other",
    ]
    page.sections = [measured, split, model] + predictionGroups.map(section)
    page.facts = facts
    page.definitions = definitions.map { ($0.figure, $0.meaning) }
    page.footer = "Written \(written) by effnet benchmark scaling."
    return page.html
  }

  private var tiles: [(name: String, value: String, note: String)] {
    points.filter { $0.series.kind != .busy }.map { point in
      (
        point.name,
        point.series.kind == .alone
          ? "\(point.imagesPerSecond.value.text(2))" : point.efficiencyAlone.value.percentText,
        point.series.kind == .alone
          ? "images/s"
          : "of \(point.series.ranks) × alone, \(point.imagesPerSecond.value.text(2)) images/s"
      )
    }
  }

  private func points(_ kind: ScalingSeries.Kind) -> [Point] {
    points.filter { $0.series.kind == .alone || $0.series.kind == kind }
  }

  private var measured: ScalingPage.Section {
    var section = ScalingPage.Section(
      "Measured", note: "medians with 95 % intervals; dashed: perfect, or against busy neighbours")
    let kinds = [(ScalingSeries.Kind.weak, plan.weak), (.strong, plan.strong)].filter(\.1).map(\.0)
    func lines(
      _ value: (Point) -> Bootstrap.Interval, scale: Double = 1
    ) -> [LinePlot.Series] {
      kinds.enumerated().map { color, kind in
        let points = points(kind)
        var line = LinePlot.Series(
          points.map { .init(x: Double($0.series.ranks), y: scale * value($0).value) },
          name: kind.rawValue)
        line.intervals = points.map {
          .init(
            x: Double($0.series.ranks), low: scale * value($0).low, high: scale * value($0).high)
        }
        line.color = color
        return line
      }
    }
    var speed = LinePlot("Images per second", includesZero: true, lines(\.imagesPerSecond))
    if let alone = points.first(where: { $0.series.kind == .alone }) {
      var perfect = LinePlot.Series(
        plan.ranks.sorted().map {
          .init(x: Double($0), y: Double($0) * alone.imagesPerSecond.value)
        }, name: "perfect")
      (perfect.isDashed, perfect.color) = (true, 2)
      speed.series.append(perfect)
    }
    var efficiency = LinePlot(
      "Efficiency", unit: " %", includesZero: true, lines(\.efficiencyAlone, scale: 100))
    for (color, kind) in kinds.enumerated() {
      let against = points(kind).compactMap { point in
        point.efficiencyBusy.map {
          LinePlot.Point(x: Double(point.series.ranks), y: 100 * $0.value)
        }
      }
      guard !against.isEmpty else { continue }
      var line = LinePlot.Series([.init(x: 1, y: 100)] + against, name: "\(kind.rawValue), busy")
      (line.isDashed, line.color) = (true, color)
      efficiency.series.append(line)
    }
    for plot in [speed, efficiency] {
      var plot = plot
      plot.horizontal = "ranks"
      plot.countsDoublings = true
      section.plots.append(plot)
    }
    section.plots.append(raw)
    section.tables = [pointTable]
    return section
  }

  /// Every step, in the order in which it was taken: drift and outliers show.
  private var raw: LinePlot {
    let largest = points.map(\.series.ranks).max()
    let shown = points.filter { $0.series.kind == .alone || $0.series.ranks == largest }.prefix(4)
    var plot = LinePlot(
      "Every step", unit: " ms",
      shown.map { point in
        LinePlot.Series(
          point.rawStepSeconds.joined().enumerated().map {
            .init(x: Double($0.offset + 1), y: 1000 * $0.element)
          }, name: point.name)
      })
    plot.horizontal = "step over all repetitions"
    return plot
  }

  private var split: ScalingPage.Section {
    var section = ScalingPage.Section(
      "Where efficiency goes", note: "a step against the same images on one rank alone")
    section.bars = points.compactMap { point in
      guard let loss = point.loss else { return nil }
      return ScalingPage.Bar(
        name: point.name,
        seconds: [
          loss.perfect, loss.slowerCompute, loss.gradientExchange, loss.batchNormExchange,
          loss.imbalance, loss.data, loss.other,
        ], note: "\((1000 * loss.step).text(1)) ms")
    }
    section.tables = [lossTable]
    return section
  }

  private var model: ScalingPage.Section {
    var section = ScalingPage.Section(
      "Model", note: "latency and bandwidth, replayed with recorded steps of single ranks")
    section.tables = [
      modelTable,
      ScalingPage.Table(
        columns: ["link", "calibration"], rows: linkTexts.map { [$0.name, $0.value] },
        textColumns: 2),
    ]
    return section
  }

  private func section(
    _ network: String, _ predictions: [ScalingPrediction]
  ) -> ScalingPage.Section {
    let first = predictions.first
    var section = ScalingPage.Section(
      "\(network) on many hosts",
      note: "by the model, not measured: \(first?.imagesPerRank ?? 0) images a rank at "
        + "\(first?.resolution ?? 0) × \(first?.resolution ?? 0), \(first?.ranksPerHost ?? 0) ranks "
        + "a host, weak scaling" + (modelWarning.map { ". \($0)" } ?? ""), isPredicted: true)
    var efficiency = LinePlot(
      "Predicted efficiency", unit: " %", includesZero: true,
      predictions.map { prediction in
        LinePlot.Series(
          prediction.rows.map { .init(x: Double($0.ranks), y: 100 * $0.efficiency) },
          name: prediction.link.name)
      })
    var speed = LinePlot(
      "Predicted images per second",
      predictions.map { prediction in
        LinePlot.Series(
          prediction.rows.map { .init(x: Double($0.ranks), y: $0.imagesPerSecond) },
          name: prediction.link.name)
      })
    speed.isLogarithmic = true
    for index in predictions.indices {
      efficiency.series[index].isDashed = true
      speed.series[index].isDashed = true
    }
    section.plots = [efficiency, speed].map {
      var plot = $0
      plot.horizontal = "ranks"
      plot.countsDoublings = true
      return plot
    }
    section.tables = [predictionTable(predictions)]
    return section
  }
}
