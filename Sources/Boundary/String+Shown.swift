/// Text from outside as it is shown to a person: in a terminal, where control characters act.
extension String {
  /// Longest name that is shown whole, in characters.
  package static let shownLimit = 400
  /// Characters of a line after which it is cut: several names and what is said of them.
  private static let lineLimit = 4_000

  /// A name as part of a line, cut where it is long.
  ///
  /// Control characters, line ends, marks that turn the direction of writing, and backslashes are
  /// written out, as in `a\nb\u{1B}`.
  public var shown: String { shown(limit: Self.shownLimit) }

  /// A name as part of a line.
  ///
  /// - Parameter limit: Characters after which it is cut.
  public func shown(limit: Int) -> String {
    let isLong = index(startIndex, offsetBy: limit, limitedBy: endIndex).map { $0 < endIndex }
    return escaped(isLong == true ? prefix(limit) : self[...], keeping: []) { $0 == "\\" }
      + (isLong == true ? "…" : "")
  }

  /// A text of several lines, each of which is the program's own but for names in it: tabs and line
  /// ends stay.
  public var shownLines: String { escaped(self[...], keeping: ["\n", "\t"]) { _ in false } }

  /// A line of the program's own, in which are names from outside: they neither end it nor make it
  /// longer than a person reads.
  public var shownLine: String {
    let isLong = index(startIndex, offsetBy: Self.lineLimit, limitedBy: endIndex) != nil
    return escaped(isLong ? prefix(Self.lineLimit) : self[...], keeping: []) { _ in false }
      + (isLong ? "…" : "")
  }

  /// A JSON text whose strings have, as JSON allows, those characters written out that JSON itself
  /// lets stand.
  public var shownJSON: String {
    guard unicodeScalars.contains(where: { $0.actsOnTerminals && $0 != "\n" }) else { return self }
    var shown = ""
    for scalar in unicodeScalars {
      if scalar.actsOnTerminals && scalar != "\n" {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  private func escaped(
    _ text: Substring, keeping kept: Set<Unicode.Scalar>,
    _ isSpecial: (Unicode.Scalar) -> Bool
  ) -> String {
    func isWritten(_ scalar: Unicode.Scalar) -> Bool {
      isSpecial(scalar) || scalar.actsOnTerminals && !kept.contains(scalar)
    }
    guard text.unicodeScalars.contains(where: isWritten) else { return String(text) }
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case _ where !isWritten(scalar): shown.unicodeScalars.append(scalar)
      case "\\": shown += "\\\\"
      case "\n": shown += "\\n"
      case "\r": shown += "\\r"
      case "\t": shown += "\\t"
      default: shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }
    return shown
  }
}

extension Unicode.Scalar {
  /// Whether a terminal, or a line of text, does something else with it than show it: control
  /// characters (C0, C1), line and paragraph separators, and marks of the direction of writing.
  package var actsOnTerminals: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default:
      // Unicode Standard Annex 9, section 2: embeddings, overrides, isolates and marks; and the
      // invisible signs that hide a difference of two names.
      (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        || [0x200B, 0x200E, 0x200F, 0x061C, 0x2060, 0xFEFF].contains(value)
    }
  }
}
