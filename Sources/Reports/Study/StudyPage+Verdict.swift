extension StudyPage {
  /// What a test of a hypothesis says, in a sentence.
  package struct Verdict: Sendable {
    /// How a test ended.
    package enum Status: String, Sendable {
      /// What was claimed is there.
      case shown
      /// The opposite of it is there.
      case reversed
      /// Neither is.
      case notShown
      /// There is nothing that could be tested.
      case untestable
      /// The test has not come to its end.
      case open

      /// The word for it, behind a mark that does not need colour.
      var text: String {
        switch self {
        case .shown: "✓ shown"
        case .reversed: "⇄ reversed"
        case .notShown: "○ not shown"
        case .untestable: "∅ cannot be told"
        case .open: "… open"
        }
      }
    }

    package var status: Status
    package var sentence: String
    /// Interval, p, seeds and the like, in a line.
    package var note: String

    package init(_ status: Status, _ sentence: String, note: String = "") {
      self.status = status
      self.sentence = sentence
      self.note = note
    }

    static let style = """
      .verdicts { list-style: none; margin: 18px 0 0; padding: 0; display: grid; gap: 9px 14px;
        grid-template-columns: max-content minmax(0, 1fr); }
      .verdicts li { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1;
        align-items: baseline; }
      .verdicts .outcome { padding: 1px 10px; border: 1px solid currentColor; border-radius: 11px;
        justify-self: start; font-size: 12px; font-weight: 600; white-space: nowrap;
        color: var(--quiet); }
      .verdicts .shown .outcome { color: var(--good); }
      .verdicts .reversed .outcome { color: var(--second); }
      .verdicts p { margin: 0; font-size: 15px; overflow-wrap: anywhere; }
      .verdicts small { display: block; font-size: 12px; color: var(--quiet); }
      @media (max-width: 560px) {
        .verdicts { grid-template-columns: minmax(0, 1fr); }
        .verdicts li { gap: 4px; justify-items: start; margin-bottom: 6px; }
      }

      """

    var markup: String {
      let small = note.isEmpty ? "" : "<small>\(note.escapedForHTML)</small>"
      return "<li class=\"\(status.rawValue)\"><span class=\"outcome\">\(status.text)</span>"
        + "<p>\(sentence.escapedForHTML)\(small)</p></li>\n"
    }
  }
}
