/// A figure with what it shows in words.
package struct CaptionedFigure: Sendable {
  package var figure: any Figure
  /// Sentences below it; empty for none.
  package var caption: String

  package init(_ figure: any Figure, caption: String = "") {
    self.figure = figure
    self.caption = caption
  }

  var markup: String {
    let text = caption.isEmpty ? "" : "<p class=\"caption\">\(caption.escapedForHTML)</p>"
    return "<div class=\"captioned\">\(figure.markup)\(text)</div>\n"
  }
}
