extension StudyPage {
  /// A heading with what belongs to it, in order.
  package struct Section: Sendable {
    /// Something below a heading.
    package enum Part: Sendable {
      case paragraph(String)
      /// Side by side where there is room.
      case figures([CaptionedFigure])
      case table(DataTable)
      /// Text that is shown where it is asked for, as it was written.
      case details(summary: String, text: String)
      /// Names with their values.
      case facts([(name: String, value: String)])
    }

    package var title: String
    /// Behind the title.
    package var note: String
    package var parts: [Part]

    package init(_ title: String, note: String = "", _ parts: [Part]) {
      self.title = title
      self.note = note
      self.parts = parts
    }

    /// Figures of all parts.
    var figures: [any Figure] {
      parts.flatMap { part -> [any Figure] in
        switch part {
        case .figures(let figures): figures.map(\.figure)
        case .table(let table): [table]
        case .paragraph, .details, .facts: []
        }
      }
    }

    var markup: String {
      """
      <h2>\(title.escapedForHTML)<span class="quiet">\(note.escapedForHTML)</span></h2>
      \(parts.isEmpty ? "<p class=\"none quiet\">Nothing to show yet.</p>\n" : "")\
      \(parts.map(Self.markup).joined())
      """
    }

    private static func markup(_ part: Part) -> String {
      switch part {
      case .paragraph(let text):
        return "<p class=\"prose\">\(text.escapedForHTML)</p>\n"
      case .figures(let figures):
        let style =
          switch figures.count {
          case ...1: "plots one"
          case 3: "plots three"
          default: "plots"
          }
        return "<section class=\"\(style)\">\(figures.map(\.markup).joined())</section>\n"
      case .table(let table):
        return table.markup
      case .details(let summary, let text):
        return "<details><summary>\(summary.escapedForHTML)</summary>"
          + "<pre>\(text.escapedForHTML)</pre></details>\n"
      case .facts(let facts):
        return HTMLPage.list(facts.map { ($0.name, $0.value, "") }, class: "facts") + "\n"
      }
    }
  }
}
