import Boundary

extension StagesFigure {
  package static var styles: [String] { [style] }

  private static let style = """
    .stages .networks { display: grid; gap: 0 14px; min-width: max-content; margin-top: 6px; }
    .stages .network { grid-column: 1 / -1; position: sticky; left: 0; margin: 14px 0 6px;
      width: max-content; max-width: min(100%, 100vw - 40px); font-size: 13px; }
    .stages .blocks { display: flex; align-items: flex-end; gap: 2px; height: 104px;
      border-bottom: 1px solid var(--shade); }
    .stages .blocks i { display: block; width: 12px; min-height: 3px; }
    .stages .numbers { padding-top: 5px; font-size: 12px; line-height: 1.45; color: var(--quiet);
      white-space: nowrap; }
    .stages .numbers .kind { color: var(--ink); }
    .stages .differs { color: var(--second); font-weight: 600; text-decoration: underline;
      text-underline-offset: 2px; }
    .stages .mbConv { background: var(--first); }
    .stages .fusedMBConv { background: repeating-linear-gradient(135deg, var(--fourth) 0 3px,
      color-mix(in srgb, var(--fourth) 45%, var(--paper)) 3px 6px); }
    .stages .separable { background: var(--paper); border: 2px solid var(--third); }
    .stages .convolution { background: repeating-linear-gradient(0deg, var(--quiet) 0 2px,
      var(--shade) 2px 4px); }
    .stages figcaption .item { font-size: 12px; color: var(--quiet); white-space: nowrap; }
    .stages .item .differs { margin-right: 6px; }

    """

  /// Blocks that a stage is drawn with at most; its number tells more.
  private static let blockLimit = 100

  /// The networks as a `<figure>`.
  package var markup: String {
    let networks = networks.filter { !$0.stages.isEmpty }
    guard let base = networks.last else {
      return Self.placeholder(title: title, sentence: "No network has stages yet.")
    }
    let columns = networks.map(\.stages.count).max() ?? 0
    let largest = max(1, networks.flatMap(\.stages).map(\.channels).max() ?? 1)
    let rows = networks.enumerated().map { number, network in
      let note =
        network.note.isEmpty ? "" : " <span class=\"quiet\">\(network.note.escapedForHTML)</span>"
      let stages = network.stages.enumerated().map { index, stage in
        let other = number < networks.count - 1 ? base : network
        let isNew = !other.stages.indices.contains(index)
        let cell = Self.markup(
          stage, comparedWith: isNew ? nil : other.stages[index],
          height: Double(stage.channels) / Double(largest))
        return "<div class=\"stage\" style=\"grid-column:\(index + 1)\">\(cell)</div>\n"
      }
      return "<div class=\"network\"><b>\(network.name.escapedForHTML)</b>\(note)</div>\n"
        + stages.joined()
    }
    return """
      <figure class="plot stages"><figcaption><span class="title">\(title.escapedForHTML)</span>\
      \(legend(networks))</figcaption>
      <div class="scroll"><div class="networks" \
      style="grid-template-columns:repeat(\(columns),minmax(max-content,1fr))">
      \(rows.joined())</div></div></figure>

      """
  }

  /// A stage: its blocks, and its numbers in lines; those that the other one has not stand out.
  private static func markup(_ stage: Stage, comparedWith other: Stage?, height: Double) -> String {
    let block =
      "<i class=\"\(stage.kind.rawValue)\" style=\"height:\(max(0, height).percentLength)\"></i>"
    let blocks = String(repeating: block, count: stage.repeats.clamped(0, blockLimit))
    func text(_ describe: (Stage) -> String) -> String {
      let own = describe(stage)
      return own == other.map(describe) ? own : "<b class=\"differs\">\(own)</b>"
    }
    let kind = text { $0.kind.name + ($0.kind.isExpanding ? "\($0.expansion)" : "") }
    let kernel = text { "\($0.kernel) × \($0.kernel)" }
    let stride =
      stage.stride == 1 && other?.stride == 1 ? "" : ", " + text { "stride \($0.stride)" }
    return """
      <div class="blocks">\(blocks)</div><div class="numbers"><span class="kind">\(kind)</span> \
      \(kernel)<br/>\(text { $0.channels.counted("channel") })<br/>\
      \(text { $0.repeats.counted("block") })\(stride)<br/>\
      \(text { $0.squeezeRatio > 0 ? "squeeze \($0.squeezeRatio.metricText)" : "no squeeze" })</div>
      """
  }

  private func legend(_ networks: [Network]) -> String {
    let used = Set(networks.flatMap(\.stages).map(\.kind))
    let kinds = Kind.allCases.filter(used.contains).map { kind in
      "<span class=\"item\"><i class=\"swatch \(kind.rawValue)\"></i>\(kind.name)</span>"
    }
    guard networks.count > 1, let base = networks.last else { return kinds.joined() }
    return kinds.joined()
      + "<span class=\"item\"><b class=\"differs\">6</b>"
      + "not as in \(base.name.escapedForHTML)</span>"
  }
}
