/// The page of a scaling benchmark: what was measured, where efficiency went, the model beside it,
/// and what it predicts, marked as such.
package struct ScalingPage: Sendable {
  /// A step as a bar of parts.
  package struct Bar: Sendable {
    let name: String
    let seconds: [Double]
    let note: String

    /// - Parameters:
    ///   - seconds: One for each of the page's ``ScalingPage/partNames``; those below 0 are not
    ///     drawn.
    ///   - note: What stands behind the bar.
    package init(name: String, seconds: [Double], note: String) {
      self.name = name
      self.seconds = seconds
      self.note = note
    }
  }

  /// Rows of cells under a header; the first column is text, others are numbers.
  package struct Table: Sendable {
    package var columns: [String]
    package var rows: [[String]]
    /// Columns of text.
    package var textColumns: Int

    package init(columns: [String], rows: [[String]], textColumns: Int = 1) {
      self.columns = columns
      self.rows = rows
      self.textColumns = textColumns
    }
  }

  /// A heading with what belongs to it.
  package struct Section: Sendable {
    package var title: String
    package var note: String
    /// Whether it was not measured.
    package var isPredicted: Bool
    package var plots: [LinePlot] = []
    package var bars: [Bar] = []
    package var tables: [Table] = []

    package init(_ title: String, note: String, isPredicted: Bool = false) {
      self.title = title
      self.note = note
      self.isPredicted = isPredicted
    }
  }

  package var title: String
  /// Network and how it was measured, in a line.
  package var subtitle: String
  /// Why figures are no measurement of speed, if they are not.
  package var warning: String?
  package var tiles: [(name: String, value: String, note: String)] = []
  package var sections: [Section] = []
  /// Names of the parts of bars, at most seven.
  package var partNames: [String] = []
  package var facts: [(name: String, value: String)] = []
  package var definitions: [(name: String, value: String)] = []
  package var footer = ""

  package init(title: String, subtitle: String) {
    self.title = title
    self.subtitle = subtitle
  }

  /// The text of the page.
  package var html: String {
    let warning = self.warning.map {
      "<p><span class=\"tag\">no measurement of speed</span> \($0.escapedForHTML)</p>"
    }
    let facts = HTMLPage.list(facts.map { ($0.name, $0.value, "") }, class: "facts")
    let meanings = HTMLPage.list(definitions.map { ($0.name, $0.value, "") }, class: "meanings")
      .replacing(" class=\"wide\"", with: "")
    return HTMLPage.html(
      title: title,
      body: """
        <header><div class="row"><h1>\(title.escapedForHTML)</h1></div>
        <p class="quiet">\(subtitle.escapedForHTML)</p>\(warning ?? "")
        \(HTMLPage.list(tiles, class: "tiles"))</header>
        <main>\(sections.map(markup).joined())
        <h2>Definitions</h2>
        \(meanings)
        <h2>Where and with what</h2>
        \(facts)</main>
        <footer>\(footer.escapedForHTML)</footer>
        """)
  }

  private func markup(_ section: Section) -> String {
    let tag = section.isPredicted ? " <span class=\"tag\">predicted</span>" : ""
    var result = """
      <h2>\(section.title.escapedForHTML)\(tag)\
      <span class="quiet">\(section.note.escapedForHTML)</span></h2>

      """
    if !section.bars.isEmpty { result += stack(section.bars) }
    if !section.plots.isEmpty {
      let style = section.plots.count == 3 ? "plots level three" : "plots level"
      result += "<section class=\"\(style)\">\(section.plots.map(\.markup).joined())</section>\n"
    }
    return result + section.tables.map(Self.markup).joined()
  }

  private func stack(_ bars: [Bar]) -> String {
    let longest = bars.map { $0.seconds.reduce(0) { $0 + max($1, 0) } }.max() ?? 1
    let rows = bars.map { bar in
      let parts = zip(partNames, bar.seconds).enumerated().map { number, part in
        let share = (max(part.1, 0) / max(longest, 1e-30)).percentLength
        let name = "\(part.0): \((1000 * part.1).text(2)) ms".escapedForHTML
        return "<i class=\"p\(number)\" style=\"width:\(share)\" title=\"\(name)\"></i>"
      }
      return """
        <div>\(bar.name.escapedForHTML)</div>\
        <div class="length"><div class="whole">\(parts.joined())</div></div>\
        <div class="value">\(bar.note.escapedForHTML)</div>

        """
    }
    let keys = partNames.enumerated().map { number, name in
      "<span><span class=\"swatch p\(number)\"></span>\(name.escapedForHTML)</span>"
    }
    return """
      <div class="swatches">\(keys.joined())</div>
      <div class="stack">\(rows.joined())</div>

      """
  }

  private static func markup(_ table: Table) -> String {
    let columns = table.columns.enumerated().map { number, title in
      DataTable.Column(title, isNumber: number >= table.textColumns)
    }
    let rows = table.rows.map { cells in DataTable.Row(cells.map { DataTable.Cell($0) }) }
    return DataTable(columns: columns, rows: rows).table(class: "list even")
  }
}
