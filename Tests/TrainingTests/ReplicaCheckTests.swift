import Networks
import TestSupport
import Training
import XCTest

/// Runs on any number of ranks; see `sharedWorld()`.
final class ReplicaCheckTests: XCTestCase {
  private func state() throws -> ModelState {
    var architecture = Architecture(
      .v1, Coefficients(width: 0.25, depth: 0.3, resolution: 32))
    architecture.classes = 3
    return try ModelState(
      table: architecture.parameterTable, seed: 1, isAveraging: true, usesMeanSquare: true)
  }

  func testEqualReplicasPass() throws {
    XCTAssertNoThrow(try ReplicaCheck.run(state(), over: TrainingGroup(sharedWorld())))
  }

  func testOneBitOnOneRankIsFoundAndTheRankNamed() throws {
    let world = try sharedWorld()
    try XCTSkipIf(world.size == 1, "one rank has nobody to differ from")
    let group = TrainingGroup(world)
    for (index, arena) in try state().arenas.enumerated() {
      let state = try state()
      let wrong = (index + 1) % world.size
      if world.rank == wrong {
        let buffer = state.arenas[index].buffer
        let place = arena.tensors[arena.tensors.count / 2].offset
        buffer.start[place] = Float(bitPattern: buffer.start[place].bitPattern ^ 1)
      }
      XCTAssertThrowsError(try ReplicaCheck.run(state, over: group)) {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .check)
        XCTAssertTrue("\($0)".contains(" same \(arena.name) "), "\($0)")
        XCTAssertTrue(
          "\($0)".hasPrefix(world.size == 2 ? "ranks 0 and 1 " : "rank \(wrong) "), "\($0)")
      }
    }
  }

  func testTheFirstReplicaUnlikeMostIsNamed() {
    func first(_ replicas: [[UInt64]]) -> [Int]? {
      ReplicaCheck.firstDifference(replicas).map { [$0.replica, $0.part, $0.hasMajority ? 1 : 0] }
    }
    XCTAssertNil(first([[1, 2], [1, 2], [1, 2]]))
    XCTAssertEqual(first([[1, 3], [1, 2], [1, 2]]), [0, 1, 1])
    XCTAssertEqual(first([[1, 2], [1, 2], [7, 8]]), [2, 0, 1])
    XCTAssertEqual(first([[1, 2], [1, 3]]), [1, 1, 0])
    XCTAssertEqual(first([[1, 2], [1, 3], [1, 4], [1, 2]]), [1, 1, 0])
  }
}
