extension DataTable {
  package static var styles: [String] { [style] }

  private static let style = """
    .list tr.stands-out th, .list tr.stands-out td { background: var(--fill); }
    .list tr.stands-out th { font-weight: 600; }
    .list tr.stands-out th:first-child { box-shadow: inset 3px 0 var(--first); }
    .fixed th:first-child { position: sticky; left: 0; z-index: 1; background: var(--paper);
      max-width: min(42vw, 20em); overflow: hidden; text-overflow: ellipsis; }
    .fixed.list th:first-child { padding-left: 9px; }
    .fixed.list .number:last-child, .fixed.list td:last-child { padding-right: 9px; }
    .list .cell-bar { display: inline-block; width: 64px; margin-right: 9px; vertical-align: 1px; }
    .list .cell-bar div { height: 6px; border-radius: 3px; background: var(--hair);
      overflow: hidden; }
    .list .cell-bar i { display: block; height: 100%; background: var(--first); }
    .list .tag { margin-left: 7px; line-height: 1.35; white-space: nowrap; }
    .list td > .tag:first-child { margin-left: 0; }
    .table-title { margin: 18px 0 6px; }

    """

  /// The table, in a box that scrolls.
  package var markup: String {
    let heading =
      title.isEmpty ? "" : "<h3 class=\"table-title\">\(title.escapedForHTML)</h3>\n"
    guard !rows.isEmpty else {
      return heading + "<p class=\"none quiet\">The table has no rows yet.</p>\n"
    }
    return heading + table(class: "list even fixed")
  }

  /// The table without a title.
  func table(class style: String) -> String {
    let head = columns.enumerated().map { number, column in
      let name = number == 0 ? "th scope=\"col\"" : "th"
      return "<\(name)\(Self.alignment(column))>\(column.title.escapedForHTML)</th>"
    }
    let body = rows.map { row in
      let name = row.isHighlighted ? "tr class=\"stands-out\"" : "tr"
      let cells = zip(columns, row.cells).enumerated().map { Self.markup($1.1, $1.0, number: $0) }
      return "<\(name)>\(cells.joined())</tr>\n"
    }
    return """
      <div class="scroll"><table class="\(style)"><thead><tr>\(head.joined())</tr></thead>
      <tbody>\(body.joined())</tbody></table></div>

      """
  }

  private static func alignment(_ column: Column) -> String {
    column.isNumber ? " class=\"number\"" : ""
  }

  private static func markup(_ cell: Cell, _ column: Column, number: Int) -> String {
    let name = number == 0 ? "th" : "td"
    let scope = number == 0 ? " scope=\"row\"" : ""
    var content = cell.text.escapedForHTML
    if let mark = cell.mark { content += "<span class=\"tag\">\(mark.escapedForHTML)</span>" }
    if let bar = cell.bar, bar.isFinite {
      content = "<span class=\"cell-bar\">\(HTMLPage.bar(bar))</span>" + content
    }
    return "<\(name)\(scope)\(alignment(column))>\(content)</\(name)>"
  }
}
