import Statistics
import XCTest

final class StudyPowerTests: XCTestCase {
  func testPowerIsThatOfScipy() throws {
    for row in try Reference.read().powers {
      assertClose(
        StudyPower.power(seeds: Int(row[0]), difference: row[1]), row[2], digits: 1e-9, "\(row)")
    }
    XCTAssertEqual(StudyPower.power(seeds: 1, difference: 10), 0)
    assertClose(StudyPower.power(seeds: 6, difference: 0), Judgement.sideLevel)
  }

  func testTheSmallestDifferenceHasThatPower() throws {
    for row in try Reference.read().smallestDifferences {
      let difference = StudyPower.smallestDifference(seeds: Int(row[0]), deviation: 2)
      assertClose(difference, 2 * row[1], digits: 1e-9, "\(row)")
    }
    XCTAssertNil(StudyPower.smallestDifference(seeds: 1, deviation: 1))
    XCTAssertEqual(StudyPower.smallestDifference(seeds: 3, deviation: 0), 0)
  }

  func testImagesLimitWhatAnAccuracyTells() {
    for (images, points) in [(350, 1.16), (1_000, 0.69), (5_000, 0.31), (50_000, 0.10)] {
      XCTAssertEqual(
        100 * StudyPower.standardError(accuracy: 0.95, images: images), points, accuracy: 0.005)
    }
    XCTAssertEqual(StudyPower.standardError(accuracy: 1, images: 10), 0)
  }
}
