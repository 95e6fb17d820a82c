import Boundary

/// A page of pictures with what a network takes them for.
package struct ContactSheet: Sendable {
  /// A picture and its most probable classes.
  package struct Entry: Sendable {
    let name: String
    let jpeg: [UInt8]?
    let predictions: [(className: String, probability: Double)]
    let failure: String?

    /// A picture.
    ///
    /// - Parameters:
    ///   - name: Name of its file.
    ///   - jpeg: The picture, small.
    ///   - predictions: Classes with their probabilities, the most probable first.
    package init(
      _ name: String, jpeg: [UInt8], predictions: [(className: String, probability: Double)]
    ) {
      self.name = name
      self.jpeg = jpeg
      self.predictions = predictions
      failure = nil
    }

    /// A file that could not be read, and why.
    package init(_ name: String, failure: String) {
      self.name = name
      self.failure = failure
      jpeg = nil
      predictions = []
    }
  }

  package var title: String
  /// Network in a line.
  package var model: String
  package var entries: [Entry]

  package init(title: String, model: String, entries: [Entry]) {
    self.title = title
    self.model = model
    self.entries = entries
  }

  /// The text of the page.
  package var html: String {
    let count = entries.count.counted("picture")
    return HTMLPage.html(
      title: title,
      body: """
        <header><h1>\(title.escapedForHTML)</h1>
        <p class="quiet">\(model.escapedForHTML) · \(count)</p></header>
        <main class="pictures large" style="margin-top:24px">
        \(entries.map(Self.figure).joined())</main>
        """)
  }

  private static func figure(_ entry: Entry) -> String {
    let guesses = entry.predictions.map { className, probability in
      """
      <div class="guess" title="\(className.escapedForHTML)"><div>\(className.escapedForHTML)</div>\
      <span class="quiet">\((100 * probability).text(1)) %</span>\
      <div class="bar">\(HTMLPage.bar(probability))</div></div>
      """
    }
    let failure = entry.failure.map { "<p class=\"quiet\">\($0.escapedForHTML)</p>" } ?? ""
    return """
      <figure class="picture">\(HTMLPage.picture(entry.jpeg, alternative: entry.name))<figcaption>\
      <div class="name" title="\(entry.name.escapedForHTML)">\
      <bdi>\(entry.name.escapedForHTML)</bdi></div>\
      \(guesses.joined())\(failure)</figcaption></figure>

      """
  }
}
