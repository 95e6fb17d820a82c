import Boundary
import Reports

extension StudyReport {
  /// The front against each cost.
  var frontSection: StudyPage.Section? {
    var plots = results.fronts.map { front in
      let members = front.members.sorted { $0.cost < $1.cost }
      func points(_ isOnFront: Bool) -> [ScatterPlot.Point] {
        members.filter { $0.isOnFront == isOnFront }.map {
          ScatterPlot.Point(
            x: $0.cost, y: 100 * $0.top1,
            name: "\($0.network): on the front in \((100 * $0.frequency).text(0)) % of redraws")
        }
      }
      let axis = Self.axisName(front)
      var plot = ScatterPlot(
        "Top-1 by \(axis)", unit: " %", horizontal: axis, scale: .metricDoublings,
        [
          ScatterPlot.Series("on the front", points(true), isConnected: true),
          ScatterPlot.Series("others", points(false)),
        ] + published(front.axis))
      plot.isSmall = !isOfImageNet
      return plot
    }
    if let plot = ratePlot { plots.append(plot) }
    guard !plots.isEmpty else { return nil }
    var parts: [StudyPage.Section.Part] = [.figures(plots.map { CaptionedFigure($0) })]
    if let front = results.fronts.first, front.attainment.count > 1 {
      parts.append(
        .figures([
          CaptionedFigure(
            Self.attainmentPlot(front),
            caption: "Line: what half of the redraws reach at a cost; band: from what three "
              + "quarters of them do to what a quarter does.")
        ]))
    }
    if !results.fronts.isEmpty { parts.append(.facts(results.fronts.map(Self.area))) }
    return StudyPage.Section(
      "Front", note: "validation images, all seeds; frequencies by redrawing them", parts)
  }

  private static func axisName(_ front: FrontFindings) -> String {
    front.axis == "multiplyAdds" ? "multiply-adds" : front.axis
  }

  private static func attainmentPlot(_ front: FrontFindings) -> StepPlot {
    let costs = front.attainment.map(\.cost)
    // What the largest network buys holds on, up to where the area ends.
    let steps =
      zip(costs, front.attainment)
      + [front.attainment.last].compactMap { $0 }.map { (front.hypervolume.reference.cost, $0) }
    return StepPlot(
      "Top-1 that \(axisName(front)) buy", unit: " %", horizontal: axisName(front),
      scale: .metricDoublings,
      [
        StepPlot.Series(
          "median of redraws", steps.map { PlotPoint(x: $0, y: 100 * $1.median) },
          band: steps.map {
            PlotInterval(x: $0, low: 100 * $1.quartiles.low, high: 100 * $1.quartiles.high)
          })
      ])
  }

  private static func area(_ front: FrontFindings) -> (String, String) {
    let area = front.hypervolume
    return (
      "area below the front over \(axisName(front))",
      "\((100 * area.value).text(1)) points × doublings, up to \(area.reference.cost.metricText), twice "
        + "the largest network; \((100 * area.interval.low).text(1)) to "
        + "\((100 * area.interval.high).text(1)) in 95 % of redraws"
    )
  }

  /// Whether the study's accuracies can stand beside published ones.
  private var isOfImageNet: Bool {
    study.recipe.classes == 1_000 && study.imageCounts.validation == 50_000
  }

  /// Published networks on an axis, where the data are theirs.
  private func published(_ axis: String) -> [ScatterPlot.Series] {
    guard isOfImageNet else { return [] }
    return switch axis {
    case "multiplyAdds": PublishedPage.foreign(\.multiplyAdds, 1e9)
    case "parameters": PublishedPage.foreign(\.parameters, 1e6)
    default: []
    }
  }

  /// Images a second of a core from the first step to the end, by network: the median of its
  /// trainings, as far as they were on one rank and have not diverged.
  ///
  /// - Parameter images: That an epoch has.
  static func rates(
    of networks: [NetworkResult], _ slots: [Slot], images: Int
  ) -> [String: Double] {
    let alone = Dictionary(grouping: slots.filter { $0.ranks.count == 1 }) {
      Job.Key(identity: $0.identity, epochs: $0.epochs)
    }
    return networks.reduce(into: [:]) { rates, network in
      let own = network.trainings.filter { $0.end == .done }.compactMap { training -> Double? in
        // What was killed has left no slot: what the others have trained is in them.
        let slots = alone[Job.Key(identity: training.identity, epochs: training.epochs)] ?? []
        let epochs = slots.reduce(0) { $0 + $1.trainedEpochs }
        let seconds = slots.reduce(0) { $0 + $1.seconds - $1.startSeconds }
        return epochs > 0 && seconds > 0 ? epochs * Double(images) / seconds : nil
      }
      if !own.isEmpty { rates[network.name] = own.sorted()[own.count / 2] }
    }
  }

  private var ratePlot: ScatterPlot? {
    let points = results.networks.compactMap { network in
      rates[network.name].map { rate in point(network) { _ in rate } }
    }.filter { $0.y.isFinite }
    guard points.count > 1 else { return nil }
    var plot = ScatterPlot(
      "Top-1 by speed", unit: " %",
      horizontal: "images/s of a core, from the first step to the end", scale: .metric,
      [ScatterPlot.Series("", points)])
    plot.isSmall = true
    return plot
  }
}
