import Boundary

extension TrianglePlot {
  /// The plot as a `<figure>` with its legend.
  package var markup: String {
    let plot = drawable
    guard !plot.points.isEmpty || !plot.marks.isEmpty else {
      return Self.placeholder(title: title, sentence: "No network has a place in the triangle yet.")
    }
    return plot.figure
  }

  private var figure: String {
    let scale = HeatScale((points.map(\.score) + marks.map(\.score)).compactMap { $0 })
    let scored = points.compactMap { text($0.score) }.count
    let summary =
      "\(title) over shares of depth, width and resolution: \(scored) of "
      + "\(points.count.counted("cell")) have a score"
    let labels = markLabels
    return """
      <figure class="plot triangle"><figcaption><span class="title">\(title.escapedForHTML)</span>\
      \(legend(scale))\(markLegend(labels, scale))</figcaption>
      <div class="drawing"><svg role="group" aria-label="\(summary.escapedForHTML)" \
      style="min-width:\(leastWidth)px">\(ground)\(corners)\(reached)\
      \(points.map { cell($0, scale) }.joined())\(peak)\
      \(marks.indices.map { symbol($0, scale) }.joined())\
      \(points.map { number($0, scale) }.joined())\
      \(labels.map(\.markup).joined())</svg></div></figure>

      """
  }

  /// Pixels that the triangle needs for cells that do not touch.
  private var leastWidth: Int {
    var nearest = 1.0
    for (number, point) in points.enumerated() {
      for other in points[..<number] {
        let distance = point.shares.distance(to: other.shares)
        // What is nearer than that are two networks at one place, which no width parts.
        if distance > 0.06 { nearest = min(nearest, distance) }
      }
    }
    return Int((2 * radius / nearest).rounded(.up))
  }

  /// The scale, and each kind of sign that is there.
  private func legend(_ scale: HeatScale?) -> String {
    var items = scale.map { $0.key { $0.text(decimals) + unit } } ?? ""
    if points.contains(where: \.isAmongBest) || marks.contains(where: \.isAmongBest) {
      items += Self.item("<circle class=\"best\" r=\"6\"/>", "cannot be told from the optimum")
    }
    if points.contains(where: { $0.reached?.isDrawable ?? false }) {
      items += Self.item(
        "<path class=\"through\" d=\"M-7 0H4\"/><circle class=\"reached\" cx=\"4\" r=\"3\"/>",
        "reached")
    }
    if let optimum {
      items += Self.item(Self.cross, "fitted optimum")
      if !optimum.region.isEmpty {
        items += Self.item("<path class=\"region\" d=\"M-8-6H8V6H-8z\"/>", optimum.name)
      }
    }
    return items
  }

  /// A sign of the legend.
  ///
  /// - Parameter style: A class beside that of all signs.
  static func item(_ symbol: String, _ text: String, class style: String = "") -> String {
    "<span class=\"item\(style)\"><svg class=\"shape\" viewBox=\"-9 -7 18 14\" "
      + "aria-hidden=\"true\">\(symbol)</svg>\(text.escapedForHTML)</span>"
  }

  /// The sign of the fitted optimum.
  private static let cross: String = {
    let path = "d=\"M-6-6L6 6M6-6L-6 6\""
    return "<path class=\"optimum\" \(path)/><path class=\"optimum\" \(path)/>"
  }()

  /// The fitted optimum.
  private var peak: String {
    guard let optimum else { return "" }
    return Self.sign(
      Self.cross, at: optimum.shares, words: "fitted optimum\n\(optimum.shares.text)")
  }

  /// A sign at a place, with what it says in words.
  static func sign(_ symbol: String, at shares: Shares, words: String) -> String {
    "<svg class=\"at\" x=\"\(shares.x.percentLength)\" y=\"\(shares.y.percentLength)\" "
      + "role=\"img\"><title>\(words.escapedForHTML)</title>\(symbol)</svg>"
  }
}
