/// Where a label can be, and what it would cover there.
extension LabelPlacement {
  private struct Box {
    let left, right, top, bottom: Double

    func overlap(_ other: Box) -> Double {
      max(0, min(right, other.right) - max(left, other.left))
        * max(0, min(bottom, other.bottom) - max(top, other.top))
    }
  }

  /// Pixels that a character of 11 pixels needs on average in the widest of the usual fonts.
  private static let characterWidth = 6.3
  /// Pixels of a line above and below its baseline, with a little room.
  private static let ascent = 10.0
  private static let descent = 4.0
  /// Pixels beside a box into which a label may reach; above it are the edge and the title.
  private static let margin = 14.0

  /// Places around a point, those that read best first.
  static func candidates(_ label: Label) -> [Place] {
    let near = label.clearance + 3
    let diagonal = 0.75 * label.clearance + 2
    let middle = (ascent - descent) / 2
    return [
      Place(dx: 0, dy: -label.clearance - descent, anchor: "middle"),
      Place(dx: 0, dy: near + ascent, anchor: "middle"),
      Place(dx: near, dy: middle, anchor: "start"),
      Place(dx: -near, dy: middle, anchor: "end"),
      Place(dx: diagonal, dy: -diagonal, anchor: "start"),
      Place(dx: -diagonal, dy: -diagonal, anchor: "end"),
      Place(dx: diagonal, dy: diagonal + ascent, anchor: "start"),
      Place(dx: -diagonal, dy: diagonal + ascent, anchor: "end"),
    ]
  }

  /// Square pixels that a label rather covers than be at the next one of its places.
  private static let preference = 8.0

  /// The place that covers least of what it may cover, one of the first if little lies below it.
  func best(
    _ candidates: [Place], _ label: Label, in sizes: [Size],
    _ placed: [(label: Label, place: Place)]
  ) -> Place? {
    var best: (place: Place, cost: Double)?
    for (number, place) in candidates.enumerated() {
      var cost: Double? = Self.preference * Double(number)
      for size in sizes {
        cost = cost.flatMap { sum in
          self.cost(of: label, at: place, in: size, placed).map { sum + $0 }
        }
      }
      if let cost, cost < best?.cost ?? .infinity { best = (place, cost) }
    }
    return best?.place
  }

  /// Soft area that a label covers, or `nil` where it meets what it must not.
  private func cost(
    of label: Label, at place: Place, in size: Size, _ placed: [(label: Label, place: Place)]
  ) -> Double? {
    let box = Self.box(label, place, size)
    guard box.left > -Self.margin, box.right < size.width + Self.margin, box.top >= 0,
      box.bottom < size.height
    else { return nil }
    guard placed.allSatisfy({ Self.box($0.label, $0.place, size).overlap(box) == 0 }) else {
      return nil
    }
    var cost = 0.0
    for obstacle in obstacles {
      let (x, y) = (obstacle.x * size.width, obstacle.y * size.height)
      let overlap = box.overlap(
        Box(
          left: x - obstacle.halfWidth, right: x + obstacle.halfWidth,
          top: y - obstacle.halfHeight, bottom: y + obstacle.halfHeight))
      guard overlap == 0 || obstacle.isSoft else { return nil }
      cost += overlap
    }
    return cost
  }

  private static func box(_ label: Label, _ place: Place, _ size: Size) -> Box {
    let width = characterWidth * Double(label.text.count)
    let x = label.x * size.width + place.dx
    let y = label.y * size.height + place.dy
    let left =
      switch place.anchor {
      case "start": x
      case "end": x - width
      default: x - width / 2
      }
    return Box(left: left, right: left + width, top: y - ascent, bottom: y + descent)
  }
}
