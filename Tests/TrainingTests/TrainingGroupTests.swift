import Boundary
import MPI
import TestSupport
import Training
import XCTest

/// Runs on any number of ranks; see `sharedWorld()`.
final class TrainingGroupTests: XCTestCase {
  func testWithoutAFaultEachRankHasItsOwnValue() throws {
    let group = TrainingGroup(try sharedWorld())
    let value = try group.agreed { () throws(TrainingError) in 7 }
    XCTAssertEqual(value, 7)
  }

  func testAFaultOfOneRankIsThatOfAll() throws {
    let world = try sharedWorld()
    let group = TrainingGroup(world)
    for wrong in 0..<world.size {
      XCTAssertThrowsError(
        try group.agreed { () throws(TrainingError) in
          if world.rank == wrong { throw TrainingError(.data, "bad; mend it") }
        }
      ) {
        let error = $0 as? TrainingError
        XCTAssertEqual(error?.faultKind, .data)
        XCTAssertEqual(error?.isShared, true)
        let host = ProcessInfo.processInfo.hostName
        XCTAssertEqual(
          error?.description,
          wrong == 0 ? "bad; mend it" : "rank \(wrong) on \(host): bad; mend it")
      }
    }
    // The ranks are still in step.
    XCTAssertEqual(try world.sum(1), world.size)
  }

  func testOfSeveralFaultsThatOfTheFirstRankIsTold() throws {
    let world = try sharedWorld()
    let group = TrainingGroup(world)
    func fault(_ text: (Int) -> String, _ kind: (Int) -> FaultKind) throws -> TrainingError? {
      try group.first(TrainingError(kind(world.rank), text(world.rank)))
    }
    let first = try fault({ "of \($0)" }, { $0 == 0 ? .output : .usage })
    XCTAssertEqual(first?.description, "of 0")
    XCTAssertEqual(first?.faultKind, .output)
    XCTAssertEqual(try fault({ _ in "the same" }, { _ in .usage })?.description, "the same")
  }
}
