import Boundary

extension SlotTimeline {
  // Bars are told apart by their hatching, too.
  package static var styles: [String] { [style] }

  private static let style = """
    .timeline .slots { display: grid; grid-template-columns: fit-content(28%) 1fr; gap: 5px 10px;
      align-items: center; margin-top: 10px; font-size: 12px; }
    .timeline .slots .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
      text-align: right; color: var(--quiet); }
    .timeline .track { position: relative; height: 20px; background: var(--fill);
      border-radius: 2px; min-width: 0; }
    .timeline .track i { position: absolute; top: 0; bottom: 0; border-radius: 2px;
      box-shadow: inset -1px 0 var(--paper); }
    .timeline .track u { position: absolute; top: -3px; bottom: -2px; width: 1px;
      background: var(--hair); }
    .timeline .ticks { position: relative; height: 16px; color: var(--quiet); font-size: 11px; }
    .timeline .ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
    .timeline .ticks span:first-child { transform: none; }
    .timeline .kind0 { background: var(--first); }
    .timeline .kind1 { background: repeating-linear-gradient(135deg, var(--second) 0 3px,
      rgb(var(--second-rgb) / 55%) 3px 6px); }
    .timeline .kind2 { background: repeating-linear-gradient(0deg, var(--third) 0 2px,
      color-mix(in srgb, var(--third) 50%, var(--paper)) 2px 4px); }
    .timeline .kind3 { background: repeating-linear-gradient(45deg, var(--fourth) 0 2px,
      color-mix(in srgb, var(--fourth) 40%, var(--paper)) 2px 7px); }
    .timeline .kind4 { background: var(--shade); }
    .timeline figcaption .swatch { width: 14px; }
    .timeline figcaption .item { font-size: 12px; color: var(--quiet); white-space: nowrap; }

    """

  /// The rows as a `<figure>`.
  package var markup: String {
    let (rows, end) = (drawable, end)
    guard end > 0 else {
      return Self.placeholder(title: title, sentence: "No training has ended yet.")
    }
    let axis = PlotAxis(secondsUpTo: end)
    let lines = axis.ticks.dropFirst().map { "<u style=\"left:\($0.position.percentLength)\"></u>" }
      .joined()
    let tracks = rows.map { row in
      "<div class=\"name\" title=\"\(row.name.escapedForHTML)\">\(row.name.escapedForHTML)</div>"
        + "<div class=\"track\">\(lines)\(row.bars.map { markup($0, axis) }.joined())</div>\n"
    }
    let labels = axis.ticks.map {
      "<span style=\"left:\($0.position.percentLength)\">\($0.label)</span>"
    }
    return """
      <figure class="plot timeline"><figcaption><span class="title">\(title.escapedForHTML)</span>\
      \(legend(rows))</figcaption>
      <div class="slots">\(tracks.joined())<div></div>\
      <div class="ticks">\(labels.joined())</div></div></figure>

      """
  }

  /// The number of a kind's look.
  private static func look(_ kind: Int) -> Int { kind.clamped(0, kindLimit - 1) }

  private func markup(_ bar: Bar, _ axis: PlotAxis) -> String {
    let kind = kinds.indices.contains(bar.kind) ? kinds[bar.kind] : ""
    let title = [
      [bar.name, kind].filter { !$0.isEmpty }.joined(separator: ", "),
      "\(bar.start.durationText) to \(bar.end.durationText), "
        + "\((bar.end - bar.start).shortText) s",
    ].joined(separator: "\n")
    let width = axis.position(bar.end) - axis.position(bar.start)
    return "<i class=\"kind\(Self.look(bar.kind))\" title=\"\(title.escapedForHTML)\" "
      + "style=\"left:\(axis.position(bar.start).percentLength);width:\(width.percentLength)\"></i>"
  }

  /// The kinds that there are bars of.
  private func legend(_ rows: [Row]) -> String {
    let used = Set(rows.flatMap(\.bars).map(\.kind))
    return kinds.enumerated().filter { used.contains($0.offset) }.map { number, name in
      "<span class=\"item\"><i class=\"swatch kind\(Self.look(number))\"></i>"
        + "\(name.escapedForHTML)</span>"
    }.joined()
  }
}
