/// Places for labels beside points of a box whose width is not known: a label stays at its distance
/// in pixels while the points move apart.
///
/// What overlaps neither in the narrowest nor in the widest box overlaps in none between them, as
/// long as the box keeps its height or its proportions: the left end of a label and the right end
/// of what lies left of it have a distance that is linear in the width.
package struct LabelPlacement {
  /// A box in pixels.
  package struct Size {
    package let width, height: Double

    package init(width: Double, height: Double) {
      self.width = width
      self.height = height
    }
  }

  /// What labels keep clear of, around a place in shares of the box.
  package struct Obstacle {
    let x, y: Double
    /// Half of its width and height in pixels.
    let halfWidth, halfHeight: Double
    /// Whether a label may cover it where nothing else is free.
    let isSoft: Bool

    package init(
      x: Double, y: Double, halfWidth: Double = MarkerShape.radius,
      halfHeight: Double = MarkerShape.radius, isSoft: Bool = false
    ) {
      self.x = x
      self.y = y
      self.halfWidth = halfWidth
      self.halfHeight = halfHeight
      self.isSoft = isSoft
    }
  }

  /// A text beside a place in shares of the box.
  package struct Label {
    package let x, y: Double
    package let text: String
    /// Pixels from the middle that are not free.
    let clearance: Double

    package init(x: Double, y: Double, text: String, clearance: Double = MarkerShape.radius) {
      self.x = x
      self.y = y
      self.text = text
      self.clearance = clearance
    }
  }

  /// Where a label is, from its place.
  package struct Place: Equatable {
    /// Pixels to the right and down; the baseline of the text.
    package let dx, dy: Double
    /// `start`, `middle` or `end` of the text is there.
    package let anchor: String
    /// Whether the label needs more room than the narrowest box has.
    package let isRoomy: Bool

    package init(dx: Double, dy: Double, anchor: String, isRoomy: Bool = false) {
      self.dx = dx
      self.dy = dy
      self.anchor = anchor
      self.isRoomy = isRoomy
    }
  }

  /// The narrowest box and the widest.
  let narrow, wide: Size
  var obstacles: [Obstacle]

  package init(narrow: Size, wide: Size, obstacles: [Obstacle] = []) {
    self.narrow = narrow
    self.wide = wide
    self.obstacles = obstacles
  }

  /// Finds places for labels one after the other; those for which none is free have none.
  package func places(of labels: [Label]) -> [Place?] {
    var placed: [(label: Label, place: Place)] = []
    return labels.map { label in
      let candidates = Self.candidates(label)
      let place =
        best(candidates, label, in: [narrow, wide], placed)
        ?? best(candidates, label, in: [wide], placed).map {
          Place(dx: $0.dx, dy: $0.dy, anchor: $0.anchor, isRoomy: true)
        }
      if let place { placed.append((label, place)) }
      return place
    }
  }

  /// Soft obstacles along a line, close enough that no label fits between them.
  static func obstacles(alongLineThrough points: [(x: Double, y: Double)]) -> [Obstacle] {
    zip(points, points.dropFirst()).flatMap { from, to in
      (0...24).map { number in
        let share = Double(number) / 24
        return Obstacle(
          x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y), halfWidth: 4,
          halfHeight: 2, isSoft: true)
      }
    }
  }
}

extension LabelPlacement.Place {
  /// The text of a label.
  ///
  /// - Parameters:
  ///   - x: Its point's place as a length from the left.
  ///   - y: The same from above.
  func markup(_ text: String, x: String, y: String) -> String {
    let style = "label \(anchor)" + (isRoomy ? " roomy" : "")
    return "<text class=\"\(style)\" x=\"\(x)\" y=\"\(y)\" dx=\"\(dx.formatted)\" "
      + "dy=\"\(dy.formatted)\">\(text.escapedForHTML)</text>"
  }
}

extension Double {
  fileprivate var formatted: String { "\((10 * self).rounded() / 10 + 0)" }
}
