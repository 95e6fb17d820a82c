/// What stands on a page with a title of its own: a plot, a drawing, a table.
package protocol Figure: Sendable {
  /// Rules that its markup needs beside those that all pages have; figures may share some.
  static var styles: [String] { get }

  /// The figure as an element.
  var markup: String { get }
}

extension Figure {
  package static var styles: [String] { [] }

  /// What stands in the place of a figure that has nothing to draw yet.
  static func placeholder(title: String, sentence: String) -> String {
    """
    <figure class="plot"><figcaption><span class="title">\(title.escapedForHTML)</span></figcaption>
    <p class="none quiet">\(sentence.escapedForHTML)</p></figure>

    """
  }
}
