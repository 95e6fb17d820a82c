import Reports
import Statistics

extension StudyReport {
  /// How evolution went, beside its own random beginning.
  var searchSection: StudyPage.Section? {
    guard let search = results.architecture else { return nil }
    let random = search.individuals.filter { $0.parent == nil }.compactMap(\.worth)
    let bred = search.individuals.filter { $0.parent != nil }.compactMap(\.worth)
    let distributions = StepPlot(
      "Networks worth less", unit: " %", horizontal: "worth in %",
      [distribution("random", random), distribution("bred", bred)].compactMap { $0 })
    var parts: [StudyPage.Section.Part] = [
      .figures([
        CaptionedFigure(bestSoFar(search)),
        CaptionedFigure(
          distributions, caption: "Bands: 95 % (Dvoretzky–Kiefer–Wolfowitz)."),
      ])
    ]
    if let distance = search.distance, let p = search.distanceP {
      parts.append(
        .paragraph(
          "Largest distance of both distributions: \(distance.text(2)), \(p.pText). Bred "
            + "individuals are not independent of each other: p is a guide."))
    }
    return StudyPage.Section(
      "Search",
      note: "\(search.individuals.count) individuals of \(search.spaceSize.metricText) tables, "
        + "\(search.objective) with exponent \(search.exponent.briefText)", parts)
  }

  private func distribution(_ name: String, _ values: [Double]) -> StepPlot.Series? {
    guard let edf = EmpiricalDistribution(values) else { return nil }
    let points = edf.values.map {
      PlotPoint(x: 100 * $0, y: 100 * edf.share(atOrBelow: $0))
    }
    let band = edf.values.map { value in
      let band = edf.band(at: value)
      return PlotInterval(x: 100 * value, low: 100 * band.low, high: 100 * band.high)
    }
    let start = edf.values.first.map { [PlotPoint(x: 100 * $0, y: 0)] } ?? []
    var series = StepPlot.Series(name, start + points, band: band)
    series.reachesEnds = true
    return series
  }

  private func bestSoFar(_ search: ArchitectureFindings) -> StepPlot {
    let found = search.bestSoFar.map { PlotPoint(x: Double($0.images), y: 100 * $0.worth) }
    let imagesOfOne = search.bestSoFar.last.map {
      Double($0.images) / Double(max(1, search.bestSoFar.count))
    }
    let expected = search.randomBest.map {
      PlotPoint(x: Double($0.count) * (imagesOfOne ?? 1), y: 100 * $0.mean)
    }
    let band = search.randomBest.map {
      PlotInterval(
        x: Double($0.count) * (imagesOfOne ?? 1), low: 100 * $0.band.low, high: 100 * $0.band.high)
    }
    return StepPlot(
      "Best so far", unit: " %", horizontal: "images spent", scale: .metric,
      [
        StepPlot.Series("evolution", found),
        StepPlot.Series(
          "random search, expected", expected, band: band, isStepped: false, isDashed: true),
      ])
  }

  /// Whether short trainings tell what full ones tell.
  var rungSection: StudyPage.Section? {
    guard let rung = results.grid?.rung ?? results.architecture?.rung else { return nil }
    var facts: [(String, String)] = []
    if let tau = rung.tau {
      let interval = rung.interval.map { ", 95 % interval \($0.low.text(2)) to \($0.high.text(2))" }
      let null = rung.nullDeviation.map { "; by chance alone it would vary by ±\($0.text(2))" }
      facts.append(
        (
          "Kendall's τ of \(rung.networks) \(rung.sample == .finalists ? "finalists" : "networks")",
          tau.text(2) + (interval ?? "") + (null ?? "")
        ))
    }
    if let regret = rung.regret {
      facts.append(
        (
          "regret",
          "\((100 * regret).text(2)) points between the best at the end and the one that the short trainings "
            + "put first, of networks that were trained to the end"
        ))
    }
    return StudyPage.Section(
      "Can the short trainings be trusted?", note: "rung against end of training",
      [.facts(facts), .paragraph(Self.sampleText(rung))])
  }

  private static func sampleText(_ rung: RungTrust) -> String {
    let few =
      rung.networks < RungTrust.leastNetworks
      ? " There are \(rung.networks) of them, whose order tells nothing: τ wants "
        + "\(RungTrust.leastNetworks)." : ""
    return switch rung.sample {
    case .protectedAndDrawn:
      "τ compares the order of networks that were protected from the first rung, and of some that were drawn "
        + "by lot from those that it has dropped; those that went on by their score alone are not among them."
        + few
    case .finalists:
      "τ compares the order of the finalists alone. The short trainings have chosen them, so that they lie "
        + "closer together than all individuals do; what was dropped was not trained in full, and nothing is "
        + "known of it." + few
    }
  }
}
