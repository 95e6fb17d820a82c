import Boundary
import Networks
import Reports

extension StudyReport {
  /// The front against each cost.
  var frontSection: StudyPage.Section? {
    let names = [
      "multiplyAdds": "multiply-adds", "parameters": "parameters", "activations": "activations",
    ]
    var plots = results.fronts.map { front in
      let members = front.members.sorted { $0.cost < $1.cost }
      func points(_ isOnFront: Bool) -> [ScatterPlot.Point] {
        members.filter { $0.isOnFront == isOnFront }.map {
          ScatterPlot.Point(
            x: $0.cost, y: 100 * $0.top1,
            name: "\($0.network): on the front in \((100 * $0.frequency).text(0)) % of redraws")
        }
      }
      var plot = ScatterPlot(
        "Top-1 by \(names[front.axis] ?? front.axis)", unit: " %",
        horizontal: names[front.axis] ?? front.axis, scale: .metricDoublings,
        [
          ScatterPlot.Series("on the front", points(true), isConnected: true),
          ScatterPlot.Series("others", points(false)),
        ] + published(front.axis))
      plot.isSmall = !isOfImageNet
      return plot
    }
    if let plot = ratePlot { plots.append(plot) }
    guard !plots.isEmpty else { return nil }
    return StudyPage.Section(
      "Front", note: "validation images, all seeds; frequencies by redrawing them",
      [.figures(plots.map { CaptionedFigure($0) })])
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

  /// Images a second of a core, by network; from trainings on one rank alone.
  ///
  /// - Parameter images: That an epoch has.
  static func rates(
    of networks: [NetworkResult], _ slots: [Slot], images: Int
  ) -> [String: Double] {
    let slots = Dictionary(grouping: slots, by: \.identity)
    var rates: [String: [Double]] = [:]
    for network in networks {
      for training in network.trainings where training.epochs == training.scheduledEpochs {
        guard let own = slots[training.identity], own.count == 1, own[0].ranks.count == 1,
          own[0].seconds > 0
        else { continue }
        rates[network.name, default: []].append(
          Double(training.epochs * images) / own[0].seconds)
      }
    }
    return rates.mapValues { $0.sorted()[$0.count / 2] }
  }

  private var ratePlot: ScatterPlot? {
    let points = results.networks.compactMap { network in
      rates[network.name].map { rate in point(network) { _ in rate } }
    }.filter { $0.y.isFinite }
    guard points.count > 1 else { return nil }
    var plot = ScatterPlot(
      "Top-1 by speed", unit: " %", horizontal: "images/s of a core, measured", scale: .metric,
      [ScatterPlot.Series("", points)])
    plot.isSmall = true
    return plot
  }

  /// The winner's stages beside the base's.
  var winnerSection: StudyPage.Section? {
    guard let winner = results.winner,
      let network = results.networks.first(where: { $0.name == winner.name }),
      let base = results.networks.first(where: { $0.name == StudyNetwork.baseName })
    else { return nil }
    let figure = StagesFigure(
      "Winner and base",
      (network.name == base.name ? [network] : [network, base]).map { network in
        StagesFigure.Network(
          network.name,
          note: "\(network.resolution) × \(network.resolution) pixels, "
            + "\(network.multiplyAdds.groupedText) multiply-adds, "
            + "\(network.parameters.groupedText) parameters",
          network.stages.compactMap(Self.stage))
      })
    var facts = [("chosen by", winner.basis)]
    if let optimism = winner.optimism, let selected = winner.selected {
      facts.append(
        (
          "optimism",
          "selected at \(selected.percentText), confirmed \((100 * optimism).text(2)) points lower on "
            + "images and seeds that nothing was selected by"
        ))
    }
    facts.append(("training", "trials/\(winner.identity), seed \(winner.seed)"))
    return StudyPage.Section(
      "Winner", note: "winner.yaml trains it to the same bits",
      [.figures([CaptionedFigure(figure)]), .facts(facts)])
  }

  private static func stage(_ notation: String) -> StagesFigure.Stage? {
    guard let stage = try? Stage(notation: notation) else { return nil }
    let kind: StagesFigure.Kind =
      switch stage.kind {
      case .convolution: .convolution
      case .separable: .separable
      case .mbConv: .mbConv
      case .fusedMBConv: .fusedMBConv
      }
    return StagesFigure.Stage(
      kind, kernel: stage.kernel, stride: stage.stride, expansion: stage.expansion,
      channels: stage.channels, repeats: stage.repeats, squeezeRatio: stage.squeezeRatio)
  }

  /// Who did what when.
  var timeSection: StudyPage.Section? {
    guard let session = slots.map(\.sessionStart).max() else { return nil }
    let own = slots.filter { $0.sessionStart == session }
    let groups = Dictionary(grouping: own, by: \.ranks).sorted {
      $0.key.lexicographicallyPrecedes($1.key)
    }
    let kinds = ["on held-out images", "on validation images"]
    let heldOut = Set(
      results.networks.flatMap(\.trainings).filter { $0.images == .heldOut }.map(\.identity))
    let rows = groups.prefix(Self.mostRows).map { ranks, slots in
      SlotTimeline.Row(
        ranks.count == 1 ? "rank \(ranks[0])" : "ranks \(ranks[0])–\(ranks[ranks.count - 1])",
        slots.map { slot in
          let end = slot.end - session
          return SlotTimeline.Bar(
            "training \(slot.number)", kind: heldOut.contains(slot.identity) ? 0 : 1,
            start: max(0, end - slot.seconds), end: end)
        })
    }
    var parts: [StudyPage.Section.Part] = [
      .figures([CaptionedFigure(SlotTimeline("What ran where", kinds: kinds, rows))])
    ]
    if let idle = IdleShares(slots) {
      parts.append(
        .facts([
          ("idle", "\((100 * idle.all).text(1)) % of all cores' time in the last session"),
          ("idle in its last quarter", "\((100 * idle.lastQuarter).text(1)) %"),
        ]))
    }
    return StudyPage.Section("Time", note: "groups of ranks in the last session", parts)
  }

  private static let mostRows = 64

  /// Everything that was tried.
  var networksSection: StudyPage.Section? {
    let best =
      results.networks.compactMap { $0.confirmation?.top1 ?? $0.selection?.top1 }.max() ?? 1
    let rows = results.networks.map { network in
      let measured = network.confirmation ?? network.selection
      let top1 = measured.map {
        DataTable.Cell($0.top1.percentText, bar: best > 0 ? $0.top1 / best : nil)
      }
      let half = measured?.interval.map { "±\((50 * ($0.high - $0.low)).text(2))" }
      let cells: [DataTable.Cell] = [
        .init(network.name),
        .init(network.shares.map { $0.map { $0.text(2) }.joined(separator: " ") } ?? ""),
        .init("\(network.resolution)"), .init("\(network.blocks)"),
        .init(Double(network.multiplyAdds).metricText), .init(network.factor.text(3)),
        .init(Double(network.parameters).metricText), .init(Double(network.activations).metricText),
        .init(rates[network.name].map { $0.text(0) } ?? ""),
        .init(Self.trainingCount(of: network)), top1 ?? "", .init(half ?? ""),
        .init(measured?.top5.map(\.percentText) ?? ""),
      ]
      return DataTable.Row(cells, isHighlighted: network.name == results.winner?.name)
    }
    let columns: [DataTable.Column] =
      [.init("network", isNumber: false), .init("shares d w r", isNumber: false)]
      + [
        "pixels", "blocks", "multiply-adds", "× base", "parameters", "activations", "images/s",
        "trainings", "top-1", "95 %", "top-5",
      ].map { .init($0) }
    return StudyPage.Section(
      "Everything that was tried",
      note: "top-1 on validation images, or held-out ones where there is no other",
      [
        .table(DataTable("Networks", columns: columns, rows: rows)), .table(trainings),
        .details(
          summary: "How to repeat a training",
          text: "effnet train trials/TRAINING/configuration.yaml --output DIR\n"),
      ])
  }

  /// How many trainings a network has, and how many of them diverged.
  private static func trainingCount(of network: NetworkResult) -> String {
    let diverged = network.trainings.count { $0.end == .diverged }
    return "\(network.trainings.count)" + (diverged > 0 ? ", \(diverged) diverged" : "")
  }

  private var trainings: DataTable {
    let rows = results.networks.flatMap { network in
      network.trainings.map { training in
        let key = Job.Key(identity: training.identity, epochs: training.epochs)
        let reason = study.ledger[key]?.reason ?? ""
        return DataTable.Row([
          .init(training.identity), .init(network.name), .init("\(training.seed)"),
          .init("\(training.epochs) of \(training.scheduledEpochs)"),
          .init(training.images == .heldOut ? "held out" : "validation"),
          .init(
            training.end == .done
              ? "\(training.correct.groupedText) of \(training.count.groupedText)"
              : "diverged: \(reason)"),
        ])
      }
    }
    return DataTable(
      "Trainings",
      columns: [
        .init("training", isNumber: false), .init("network", isNumber: false), .init("seed"),
        .init("epochs"), .init("images", isNumber: false), .init("right"),
      ], rows: rows)
  }
}
