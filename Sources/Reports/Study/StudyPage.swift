import Boundary

/// The page of a study: verdicts, and below them what they rest on.
package struct StudyPage: Sendable {
  /// How far a study is that still runs.
  package struct Progress: Sendable {
    /// Trainings that have ended, and those of the study.
    package var done, total: Int

    package init(done: Int, total: Int) {
      self.done = done
      self.total = total
    }
  }

  package var title: String
  /// Networks, data and regime in a line.
  package var subtitle: String
  package var tiles: [(name: String, value: String, note: String)] = []
  package var verdicts: [Verdict] = []
  package var sections: [Section] = []
  /// Where the study still runs; a browser reads such a page again.
  package var progress: Progress?
  /// When it was written, such as "2026-03-01 12:30"; empty leaves the line out.
  package var renewed = ""

  package init(title: String, subtitle: String) {
    self.title = title
    self.subtitle = subtitle
  }

  /// Seconds after which a browser reads the page of a running study again.
  private static let refreshSeconds = 30

  /// The text of the page.
  package var html: String {
    HTMLPage.html(
      title: title, refreshSeconds: progress == nil ? nil : Self.refreshSeconds, style: style,
      body: """
        <header><div class="row"><h1>\(title.escapedForHTML)</h1>\(status)</div>
        <p class="quiet">\(subtitle.escapedForHTML)</p>\(bar)
        \(findings)\(tiles.isEmpty ? "" : HTMLPage.list(tiles, class: "tiles"))</header>
        <main>\(sections.map(\.markup).joined())</main>
        \(footer)
        """)
  }

  private static let ownStyle = """
    .captioned { min-width: 0; }
    .caption { margin: 4px 0 0; max-width: 85ch; font-size: 13px; color: var(--quiet); }
    .prose { max-width: 80ch; margin: 0 0 10px; overflow-wrap: anywhere; }
    .plots.one { grid-template-columns: minmax(0, 1fr); }
    h2 + .plots, .prose + .plots { margin-top: 14px; }
    .plots + .prose, .plots + .table-title { margin-top: 22px; }
    details + .facts, .plots + .facts, .scroll + .facts { margin-top: 16px; }
    .plot figcaption { align-items: baseline; }
    .key .name { color: var(--ink); font-size: 13px; }
    .plot p.none { padding: 18px 0; }

    """

  /// The rules of the page and of each kind of figure on it.
  private var style: String {
    var styles = [Self.ownStyle, Verdict.style]
    for figure in sections.flatMap(\.figures) {
      for style in type(of: figure).styles where !styles.contains(style) { styles.append(style) }
    }
    return styles.joined()
  }

  private var sentence: String? {
    progress.map { "still running: \($0.done.groupedText) of \($0.total.counted("training"))" }
  }

  private var status: String {
    sentence.map { "<span class=\"status running\">\($0)</span>" } ?? ""
  }

  /// How far the study is, as a line.
  private var bar: String {
    guard let progress else { return "" }
    let share = progress.total > 0 ? Double(progress.done) / Double(progress.total) : 0
    let length = min(max(share, 0), 1).percentLength
    return """
      <div class="done" role="img" aria-label="\(length) of the trainings">\
      <div style="width:\(length)"></div></div>
      """
  }

  private var findings: String {
    guard !verdicts.isEmpty else {
      return "<p class=\"none quiet\">No hypothesis has been tested yet.</p>\n"
    }
    return "<ul class=\"verdicts\">\(verdicts.map(\.markup).joined())</ul>\n"
  }

  private var footer: String {
    guard !renewed.isEmpty else { return "" }
    let running = sentence.map { ", \($0)" } ?? ""
    return "<footer>Renewed at \(renewed.escapedForHTML)\(running).</footer>"
  }
}
