import Studies
import TestSupport
import Training
import XCTest

/// What the hosts of ranks have for them.
final class RankPlacesTests: XCTestCase {
  func testAGroupIsCrowdedWhereOneOfItsRanksIs() {
    let places = RankPlaces(
      hosts: ["a", "a", "b", "b"], freeBytes: [8, 8, 6, 6], crowded: [true, true, false, false])
    // The host of rank 0 tells nothing of the other one.
    XCTAssertFalse(places.isCrowded([2]))
    XCTAssertFalse(places.isCrowded([2, 3]))
    XCTAssertTrue(places.isCrowded([0]))
    XCTAssertTrue(places.isCrowded([1, 2]))
  }

  func testRanksShareTheMemoryOfTheirHost() {
    let places = RankPlaces(
      hosts: ["a", "b", "a", "a"], freeBytes: [9, 4, 9, 9], crowded: [false, false, false, false])
    XCTAssertEqual(places.freeBytesOfRank, 3)
  }

  func testAllRanksKnowTheSame() throws {
    let world = try sharedWorld()
    let places = try RankPlaces(TrainingGroup(world))
    XCTAssertEqual(places.hosts.count, world.size)
    XCTAssertGreaterThan(places.freeBytesOfRank, 0)
    let answers = try world.allGather([places.isCrowded([world.size - 1])])
    XCTAssertEqual(Set(answers).count, 1)
  }
}
