/// Places with names.
extension TrianglePlot {
  /// A name with its score, and where it stands.
  struct MarkLabel {
    let text: String
    let shares: Shares
    /// `nil` where no place is free.
    let place: LabelPlacement.Place?

    var markup: String {
      place?.markup(text, x: shares.x.percentLength, y: shares.y.percentLength) ?? ""
    }
  }

  /// Labels of all marks.
  var markLabels: [MarkLabel] {
    let texts = marks.map { mark in
      [mark.name, text(mark.score) ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    }
    let cells = points.map {
      LabelPlacement.Obstacle(
        x: $0.shares.x, y: $0.shares.y, halfWidth: radius, halfHeight: radius)
    }
    let signs = marks.map {
      let half = $0.isAmongBest ? Self.ring : MarkerShape.radius
      return LabelPlacement.Obstacle(
        x: $0.shares.x, y: $0.shares.y, halfWidth: half, halfHeight: half)
    }
    let peak = [optimum?.shares].compactMap { $0 }.map {
      LabelPlacement.Obstacle(x: $0.x, y: $0.y)
    }
    let placement = LabelPlacement(
      narrow: .init(width: 250, height: 216), wide: .init(width: 540, height: 468),
      obstacles: cells + signs + peak)
    let places = placement.places(
      of: zip(marks, texts).map { mark, text in
        .init(
          x: mark.shares.x, y: mark.shares.y, text: text,
          clearance: isOnCell(mark)
            ? radius + 3 : mark.isAmongBest ? Self.ring : MarkerShape.radius)
      })
    return zip(marks, zip(texts, places)).map {
      MarkLabel(text: $1.0, shares: $0.shares, place: $1.1)
    }
  }

  /// Pixels of the radius of the outline around marks.
  private static let ring = 8.5

  /// Whether a mark is a cell's own place, which needs no sign of its own.
  private func isOnCell(_ mark: Mark) -> Bool {
    points.contains { $0.shares.distance(to: mark.shares) < 0.01 }
  }

  /// Shapes of marks, so that the legend can name those whose label has no room.
  private static func shape(_ number: Int) -> MarkerShape {
    let shapes: [MarkerShape] = [.diamond, .square, .triangle, .pentagon, .turnedTriangle, .star]
    return shapes[number % shapes.count]
  }

  /// The sign of a mark.
  func symbol(_ number: Int, _ scale: HeatScale?) -> String {
    let mark = marks[number]
    var symbol = ""
    if !isOnCell(mark) {
      symbol = Self.shape(number).markup(class: style(mark.score, scale))
      if mark.isAmongBest { symbol += "<circle class=\"best\" r=\"\(Self.ring)\"/>" }
    }
    var lines = [mark.name + (text(mark.score).map { ": \($0)\(unit)" } ?? ""), mark.shares.text]
    if mark.isAmongBest { lines.append("cannot be told from the optimum") }
    return symbol.isEmpty
      ? "" : Self.sign(symbol, at: mark.shares, words: lines.joined(separator: "\n"))
  }

  /// Marks whose labels are not there, or not on a narrow screen.
  func markLegend(_ labels: [MarkLabel], _ scale: HeatScale?) -> String {
    zip(marks.indices, labels).map { number, label in
      guard label.place?.isRoomy ?? true else { return "" }
      return Self.item(
        Self.shape(number).markup(class: style(marks[number].score, scale)), label.text,
        class: label.place == nil ? "" : " narrow")
    }.joined()
  }
}
