import Reports
import XCTest

final class LabelPlacementTests: XCTestCase {
  private let narrow = LabelPlacement.Size(width: 270, height: 300)
  private let wide = LabelPlacement.Size(width: 1300, height: 300)

  private func placement(
    _ obstacles: [LabelPlacement.Obstacle] = []
  ) -> LabelPlacement {
    LabelPlacement(narrow: narrow, wide: wide, obstacles: obstacles)
  }

  /// Left, right, upper and lower end of a text of 11 pixels in a box.
  private func box(
    _ label: LabelPlacement.Label, _ place: LabelPlacement.Place, width: Double
  ) -> [Double] {
    let length = 6.3 * Double(label.text.count)
    let before = place.anchor == "start" ? 0 : place.anchor == "end" ? length : length / 2
    let x = label.x * width + place.dx - before
    let y = label.y * narrow.height + place.dy
    return [x, x + length, y - 9, y + 3]
  }

  func testALabelStandsAboveItsPointWhereThatIsFree() {
    let places = placement([.init(x: 0.5, y: 0.5)]).places(of: [.init(x: 0.5, y: 0.5, text: "B0")])
    XCTAssertEqual(places, [.init(dx: 0, dy: -10, anchor: "middle")])
  }

  func testLabelsCoverNeitherPointsNorEachOtherAtAnyWidth() {
    // A dense curve, as of a family of networks.
    let points = (0..<10).map { number in
      let x = 0.05 + 0.1 * Double(number)
      return (x: x, y: 0.9 - 0.8 * x.squareRoot())
    }
    let labels = points.map { LabelPlacement.Label(x: $0.x, y: $0.y, text: "network") }
    let places = placement(points.map { .init(x: $0.x, y: $0.y) }).places(of: labels)
    XCTAssertGreaterThan(places.compactMap { $0 }.count, 7)
    for width in [270.0, 400, 640, 1000, 1300] {
      let boxes = zip(labels, places).compactMap { label, place in
        place.flatMap { $0.isRoomy && width < 1300 ? nil : box(label, $0, width: width) }
      }
      let marks = points.map { x, y in
        [x * width - 5, x * width + 5, y * 300 - 5, y * 300 + 5]
      }
      for (number, box) in boxes.enumerated() {
        for other in boxes[..<number] + marks {
          let isApart =
            box[0] >= other[1] || other[0] >= box[1] || box[2] >= other[3] || other[2] >= box[3]
          XCTAssertTrue(isApart, "\(box) \(other) at \(width)")
        }
      }
    }
  }

  func testALabelWithoutAFreePlaceIsLeftOut() {
    let wall = LabelPlacement.Obstacle(x: 0.5, y: 0.5, halfWidth: 200, halfHeight: 100)
    XCTAssertEqual(placement([wall]).places(of: [.init(x: 0.5, y: 0.5, text: "B0")]), [nil])
  }

  func testALabelThatNeedsRoomSaysSo() {
    // 30 pixels to either side in the narrow box, and 130 in the wide one.
    let walls = [0.4, 0.6].map {
      LabelPlacement.Obstacle(x: $0, y: 0.5, halfWidth: 2, halfHeight: 100)
    }
    let places = placement(walls).places(of: [.init(x: 0.5, y: 0.5, text: "twelve signs")])
    XCTAssertEqual(places.map { $0?.isRoomy }, [true])
  }

  func testLabelsStayInTheBox() {
    for (x, y) in [(0.0, 0.0), (1, 0), (0, 1), (1, 1)] {
      let label = LabelPlacement.Label(x: x, y: y, text: "a long name")
      for place in placement().places(of: [label]) {
        let place = place ?? .init(dx: .infinity, dy: .infinity, anchor: "start")
        let box = box(label, place, width: 270)
        // Labels may reach into the margin of a plot, but not over its upper edge.
        XCTAssertGreaterThan(box[0], -14.1)
        XCTAssertLessThan(box[1], 284.1)
        XCTAssertGreaterThanOrEqual(box[2], 0)
        XCTAssertLessThan(box[3], 300.1)
      }
    }
  }
}
