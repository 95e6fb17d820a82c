import Boundary
import Networks
import Reports
import Training

extension StudyReport {
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
    if let selected = winner.selected, let confirmed = winner.confirmed {
      facts.append(
        (
          "selected at",
          "\(selected.percentText) of held-out images, and confirmed at \(confirmed.percentText) of "
            + "validation images with other seeds"
        ))
    }
    if let text = Self.optimism(winner) { facts.append(("optimism", text)) }
    if let trained = results.trained {
      facts.append(
        (
          "winner and base as trained",
          "of \(trained.images.groupedText) validation images this training alone has "
            + "\(trained.test.onlyFirst.groupedText) right, and trials/\(trained.base) of the base alone "
            + "\(trained.test.onlySecond.groupedText): two-sided \(trained.p.twoSided.pText) by "
            + "McNemar's exact test, of these two trained networks and not of their architectures"
        ))
    }
    facts.append(("training", "trials/\(winner.identity), seed \(winner.seed)"))
    return StudyPage.Section(
      "Winner", note: "winner.yaml trains it to the same bits",
      [.figures([CaptionedFigure(figure)]), .facts(facts)])
  }

  /// How much better the winner looked than it is; nil where no network was trained in full
  /// whatever its score.
  private static func optimism(_ winner: Winner) -> String? {
    guard let optimism = winner.optimism, let shift = winner.shift, let count = winner.unselected
    else { return nil }
    func fall(_ share: Double) -> String {
      "\((100 * abs(share)).text(2)) points \(share < 0 ? "higher" : "lower")"
    }
    let both =
      "on validation images the winner scored \(fall(optimism + shift)) than on held-out ones, and "
      + "\(count.counted("network")) that no score has selected \(fall(shift))"
    guard count > 1 else {
      return both + ": by one network it cannot be told how much of that is optimism"
    }
    let points = (100 * abs(optimism)).text(2)
    let verdict =
      optimism > 0
      ? "it looked \(points) points better than it is"
        + (winner.optimismInterval.map { $0.low <= 0 } ?? false ? ", which may be chance" : "")
      : "it fell \(points) points less than they, and nothing speaks for optimism"
    let interval =
      winner.optimismInterval.map {
        " (the difference of both falls has the 95 % interval \($0.ofDifference.points) points, by how "
          + "much those networks differ among themselves)"
      } ?? ""
    return "\(both) on average: \(verdict)\(interval)"
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
    let rows = groups.prefix(Self.mostRows).map { ranks, slots in
      SlotTimeline.Row(
        ranks.count == 1 ? "rank \(ranks[0])" : "ranks \(ranks[0])–\(ranks[ranks.count - 1])",
        slots.map { slot in
          let end = slot.end - session
          return SlotTimeline.Bar(
            "training \(slot.number)", kind: slot.images == .heldOut ? 0 : 1,
            start: max(0, end - slot.seconds), end: end)
        })
    }
    let caption =
      groups.count > rows.count
      ? "The first \(rows.count) of \(groups.count.groupedText) groups, in the order of their "
        + "ranks." : ""
    var parts: [StudyPage.Section.Part] = [
      .figures([
        CaptionedFigure(SlotTimeline("What ran where", kinds: kinds, rows), caption: caption)
      ])
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
  func networksSection() throws(TrainingError) -> StudyPage.Section {
    let hasHeldOut = results.networks.contains {
      $0.trainings.contains { $0.images == .heldOut }
    }
    let hasTop5 = results.networks.contains { $0.confirmation?.top5 != nil }
    let dropped = try droppedNetworks()
    let best =
      results.networks.flatMap { [$0.confirmation?.top1, $0.selection?.top1] }
      .compactMap { $0 }.max() ?? 1
    func measures(_ measured: NetworkResult.Measured?, without text: String) -> [DataTable.Cell] {
      guard let measured else { return [.init(text), ""] }
      return [
        .init(measured.top1.percentText, bar: best > 0 ? measured.top1 / best : nil),
        .init(measured.interval?.ofShare.points ?? ""),
      ]
    }
    let rows = try results.networks.map { network throws(TrainingError) in
      try headway.note()
      let ending = dropped[network.name].map { "dropped at epoch \($0)" } ?? ""
      let cells: [DataTable.Cell] =
        [
          .init(network.name),
          .init(network.shares.map { $0.map { $0.text(2) }.joined(separator: " ") } ?? ""),
          .init("\(network.resolution)"), .init("\(network.blocks)"),
          .init(Double(network.multiplyAdds).metricText), .init(network.factor.text(3)),
          .init(Double(network.parameters).metricText),
          .init(Double(network.activations).metricText),
          .init(rates[network.name].map { $0.text(0) } ?? ""),
          .init(Self.trainingCount(of: network)),
        ]
        + (hasHeldOut ? measures(network.selection, without: ending) : [])
        + measures(network.confirmation, without: "")
        + (hasTop5 ? [.init(network.confirmation?.top5.map(\.percentText) ?? "")] : [])
      return DataTable.Row(cells, isHighlighted: network.name == results.winner?.name)
    }
    let numbers =
      [
        "pixels", "blocks", "multiply-adds", "× base", "parameters", "activations", "images/s",
        "trainings",
      ] + (hasHeldOut ? ["held-out top-1", "95 %"] : []) + ["validation top-1", "95 %"]
      + (hasTop5 ? ["validation top-5"] : [])
    let columns: [DataTable.Column] =
      [.init("network", isNumber: false), .init("shares d w r", isNumber: false)]
      + numbers.map { .init($0) }
    return StudyPage.Section(
      "Everything that was tried",
      note: "top-1 in % at the end of training, with 95 % intervals for other seeds",
      [
        .table(DataTable("Networks", columns: columns, rows: rows)), .table(try trainings()),
        .details(
          summary: "How to repeat a training",
          text: "effnet train trials/TRAINING/configuration.yaml --output DIR\n"),
      ])
  }

  /// Epochs after which networks are trained no further, by their names.
  private func droppedNetworks() throws(TrainingError) -> [String: Int] {
    let networks = try study.networks()
    var epochs: [String: Int] = [:]
    switch study.design {
    case let design as GridDesign:
      let rungs = try design.rungs(study.ledger)
      for (rung, next) in zip(rungs, rungs.dropFirst()) where next.isComplete {
        for number in Set(rung.entrants).subtracting(next.entrants) {
          epochs[networks[number].name] = rung.epochs
        }
      }
    case is ArchitectureDesign:
      guard let finalists = try study.finalists() else { break }
      let kept = Set(finalists.map(\.name))
      for network in results.networks where !kept.contains(network.name) {
        epochs[network.name] = network.trainings.map(\.epochs).max()
      }
    default: break
    }
    return epochs
  }

  /// How many trainings a network has, and how many of them diverged; one that goes on from a rung
  /// is the same one.
  private static func trainingCount(of network: NetworkResult) -> String {
    let all = Set(network.trainings.map(\.identity)).count
    let diverged = Set(network.trainings.filter { $0.end == .diverged }.map(\.identity)).count
    return "\(all)" + (diverged > 0 ? ", \(diverged) diverged" : "")
  }

  private func trainings() throws(TrainingError) -> DataTable {
    let rows = try results.networks.map { network throws(TrainingError) in
      try network.trainings.map { training throws(TrainingError) in
        try headway.note()
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
    }.flatMap { $0 }
    return DataTable(
      "Trainings",
      columns: [
        .init("training", isNumber: false), .init("network", isNumber: false), .init("seed"),
        .init("epochs"), .init("images", isNumber: false), .init("right"),
      ], rows: rows)
  }
}
