import Boundary

/// The page of a study: verdicts, and below them what they rest on.
package struct StudyPage: Sendable {
  /// How far a study is that is not finished.
  package struct Progress: Sendable {
    /// What becomes of the rest of it.
    package enum Rest: Sendable {
      /// Somebody does it.
      case running
      /// Nobody does it.
      case stopped
      /// Nobody can do it, for this reason.
      case failed(String)
    }

    /// Trainings that have ended, and those of the study.
    package var done, total: Int
    package var rest: Rest

    package init(done: Int, total: Int, _ rest: Rest) {
      self.done = done
      self.total = total
      self.rest = rest
    }

    fileprivate var isRunning: Bool { if case .running = rest { true } else { false } }

    fileprivate var sentence: String {
      let part = "\(done.groupedText) of \(total.counted("training"))"
      return switch rest {
      case .running: "running: \(part)"
      case .stopped: "stopped after \(part); --resume goes on"
      case .failed: "ended after \(part)"
      }
    }

    fileprivate var reason: String? { if case .failed(let reason) = rest { reason } else { nil } }
  }

  package var title: String
  /// Networks, data and regime in a line.
  package var subtitle: String
  package var tiles: [(name: String, value: String, note: String)] = []
  package var verdicts: [Verdict] = []
  package var sections: [Section] = []
  /// Where the study is not finished; of one that runs a browser reads the page again.
  package var progress: Progress?
  /// What is said in place of verdicts where there are none.
  package var absence = "No hypothesis has been tested yet."
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
      title: title, refreshSeconds: progress?.isRunning ?? false ? Self.refreshSeconds : nil,
      style: style,
      body: """
        <header><div class="row"><h1>\(title.escapedForHTML)</h1>\(status)</div>
        <p class="quiet">\(subtitle.escapedForHTML)</p>\(bar)
        \(reason)\(findings)\(tiles.isEmpty ? "" : HTMLPage.list(tiles, class: "tiles"))</header>
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

  private var status: String {
    progress.map {
      "<span class=\"status \($0.isRunning ? "running" : "stopped")\">\($0.sentence)</span>"
    } ?? ""
  }

  private var reason: String {
    progress?.reason.map { "<p class=\"prose\">\($0.escapedForHTML)</p>\n" } ?? ""
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
      return "<p class=\"none quiet\">\(absence.escapedForHTML)</p>\n"
    }
    return "<ul class=\"verdicts\">\(verdicts.map(\.markup).joined())</ul>\n"
  }

  private var footer: String {
    guard !renewed.isEmpty else { return "" }
    let progress = progress.map { ", \($0.sentence)" } ?? ""
    return "<footer>Renewed at \(renewed.escapedForHTML)\(progress).</footer>"
  }
}
