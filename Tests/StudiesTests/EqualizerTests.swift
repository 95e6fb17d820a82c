import Networks
import Studies
import XCTest

/// Networks of equal multiply-adds in all directions.
final class EqualizerTests: XCTestCase {
  private let tolerance = 0.02
  private let directions = ["depth", "width", "resolution", "even", "published", "fast"]
    .compactMap { Direction($0) }

  func testB0IsTwiceAsLargeInEveryDirection() throws {
    let equalizer = Equalizer(base: Architecture(.b0), tolerance: tolerance)
    for direction in directions {
      let result = try equalizer.network(factor: 2, direction.shares)
      XCTAssertEqual(result.factor, 2, accuracy: 2 * tolerance, direction.name)
      XCTAssertEqual(
        result.network.multiplyAdds, result.network.architecture.multiplyAdds, direction.name)
      // The report of the method has 0.10 as the farthest.
      XCTAssertLessThanOrEqual(result.distance, 0.12, direction.name)
      print(direction.name, result.factor, result.distance, result.network.architecture.stages.map(\.notation), result.network.architecture.resolution)
    }
  }
}
