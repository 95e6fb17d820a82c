import Boundary
import Reports

extension StudyReport {
  /// Top-1 against multiply-adds, a line for each direction, and each direction by itself.
  var accuracySection: StudyPage.Section? {
    let measured = results.networks.filter { $0.confirmation != nil }
    guard study.kind == .scaling || !measured.isEmpty else { return nil }
    var plot = ScatterPlot(
      "Top-1", unit: " %", horizontal: "multiply-adds", scale: .metricDoublings,
      study.kind == .scaling ? lines(measured) : [others(measured)])
    plot.spreadsSeries = true
    var parts: [StudyPage.Section.Part] = [
      .figures([
        CaptionedFigure(
          plot,
          caption: "Means over seeds with 95 % intervals; small dots are single trainings."
            + Self.spread(measured))
      ])
    ]
    let small = ["depth", "width", "resolution"].enumerated().compactMap { number, name in
      singlePlot(name, look: number, measured)
    }
    if !small.isEmpty { parts.append(.figures(small.map { CaptionedFigure($0) })) }
    if let scaling = results.scaling, !scaling.lines.isEmpty {
      parts.append(
        .facts(scaling.lines.compactMap(Self.fact) + scaling.comparisons.map(Self.fact)))
    }
    return StudyPage.Section(
      "Accuracy and compute", note: "on validation images", parts)
  }

  /// How far multiply-adds of what is compared are apart.
  private static func spread(_ networks: [NetworkResult]) -> String {
    guard networks.contains(where: { $0.askedFactor != nil }) else {
      return networks.count > 1
        ? " The networks have \(factors(networks)) times the multiply-adds of the base." : ""
    }
    let scaled = networks.filter { $0.askedFactor != nil }
    let ratios = Dictionary(grouping: scaled, by: \.askedFactor).values.map { same in
      let counts = same.map { Double($0.multiplyAdds) }
      return (counts.max() ?? 1) / (counts.min() ?? 1)
    }
    let largest = ratios.max() ?? 1
    return largest > 1
      ? " Multiply-adds of networks of one factor differ by up to \((100 * (largest - 1)).text(1)) %."
      : ""
  }

  /// From the least to the largest multiply-adds, over those of the base.
  static func factors(_ networks: [NetworkResult]) -> String {
    let factors = networks.map(\.factor)
    let ends = [factors.min(), factors.max()].compactMap { $0?.text(2) }
    return Set(ends).count == 1 ? ends[0] : ends.joined(separator: " to ")
  }

  private static func fact(_ line: ScalingFindings.Line) -> (String, String)? {
    guard let exponent = line.exponent else { return nil }
    let interval = line.interval.map {
      ", 95 % interval \((-$0.high).text(3)) to \((-$0.low).text(3))"
    }
    return (
      line.direction,
      "errors go with multiply-adds to the power of \((-exponent).text(3))\(interval ?? "")"
    )
  }

  private static func fact(_ comparison: ScalingFindings.Comparison) -> (String, String) {
    let interval = comparison.interval.map {
      ", 95 % interval \($0.low.text(3)) to \($0.high.text(3)) for other seeds"
    }
    return (
      "\(comparison.first) against \(comparison.second)",
      "\(comparison.ratio.text(3)) times the errors along the line, from "
        + "\(comparison.costs.low.metricText) to \(comparison.costs.high.metricText) multiply-adds"
        + (interval ?? "")
    )
  }

  private func lines(_ networks: [NetworkResult]) -> [ScatterPlot.Series] {
    study.configuration.search.directions.enumerated().map { number, direction in
      let members = networks.filter {
        $0.name == StudyNetwork.baseName || $0.directions.contains(direction.name)
      }
      .sorted { $0.multiplyAdds < $1.multiplyAdds }
      return ScatterPlot.Series(
        direction.name,
        members.map { network in
          var point = point(network) { Double($0.multiplyAdds) }
          // All lines begin at the base, which is drawn in full once.
          if network.name == StudyNetwork.baseName, number > 0 {
            (point.interval, point.samples) = (nil, [])
          }
          return point
        }, isConnected: true)
    }
  }

  private func others(_ networks: [NetworkResult]) -> ScatterPlot.Series {
    ScatterPlot.Series(
      "networks",
      networks.map { network in
        var point = point(network) { Double($0.multiplyAdds) }
        point.isLabelled = true
        return point
      })
  }

  /// A network on an axis.
  func point(_ network: NetworkResult, _ cost: (NetworkResult) -> Double) -> ScatterPlot.Point {
    let measured = network.confirmation
    let diverged = measured.map { $0.diverged > 0 ? ", without \($0.diverged) that diverged" : "" }
    let samples = network.trainings.filter {
      $0.images == .validation && $0.end == .done && $0.epochs == study.recipe.epochs
    }
    return ScatterPlot.Point(
      x: cost(network), y: 100 * (measured?.top1 ?? .nan),
      name: network.name + (diverged ?? ""),
      interval: (measured?.interval?.ofShare).map {
        PlotBounds(low: 100 * $0.low, high: 100 * $0.high)
      },
      samples: samples.map { 100 * Double($0.correct) / Double($0.count) })
  }

  /// One direction against its own coefficient, as figure 3 of the paper has it.
  private func singlePlot(
    _ name: String, look: Int, _ networks: [NetworkResult]
  ) -> ScatterPlot? {
    guard study.kind == .scaling,
      let direction = study.configuration.search.directions.firstIndex(where: { $0.name == name })
    else { return nil }
    let members = networks.filter {
      $0.name == StudyNetwork.baseName || $0.directions.contains(name)
    }
    let points = members.map { network in
      point(network) { $0.growth.map { $0[look] } ?? 1 }
    }.sorted { $0.x < $1.x }
    var plot = ScatterPlot(
      "Top-1 by \(name)", unit: " %", horizontal: "\(name) × base", scale: .doublings,
      [ScatterPlot.Series("", points, isConnected: true, look: direction)])
    plot.isSmall = true
    return plot
  }
}
