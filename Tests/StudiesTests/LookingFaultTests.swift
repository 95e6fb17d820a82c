import Foundation
import Studies
import Supervision
import TestSupport
import Training
import XCTest

/// What becomes of a training whose rank cannot look after the others any more.
final class LookingFaultTests: StudyRunCase {
  /// Knows when trainings may begin.
  private final class Listener: StudyObserver {
    var hasBegun = false

    func began(_ study: Study, ranks: Int) { hasBegun = true }
    func noticed(_ notice: String) {}
    func did(_ job: Job, _ entry: LedgerEntry, of study: Study, seconds: Double) {}
    func finished(_ study: Study) {}
  }

  func testItSavesAndEndsInsteadOfTrainingOn() throws {
    let world = try sharedWorld()
    let own = try XCTUnwrap(world.split(color: world.rank))
    guard world.rank == 0 else { return try world.barrier() }
    let listener = Listener()
    var asked = 0
    XCTAssertThrowsError(
      try run(.scaling, ["training.epochs=40"], on: own, in: "deaf", listener) {
        $0.stopRequest = {
          asked += listener.hasBegun ? 1 : 0
          // No report of this program, in the middle of the first training.
          if asked == 20 { try? own.post(Array("?".utf8), to: 0, tag: 2) }
          return nil
        }
      }
    ) { XCTAssertEqual(($0 as? TrainingError)?.faultKind, .rankLost, "\($0)") }
    XCTAssertGreaterThanOrEqual(asked, 20)
    XCTAssertLessThan(asked, 25, "it trained on for nothing")
    let studied = StudyFolder("\(folder)/deaf")
    XCTAssertEqual(try LedgerFile.read(studied.file(StudyFolder.ledger)).ledger.count, 0)
    let trial = try XCTUnwrap(try studied.trials().first)
    XCTAssertEqual(try trial.checkpoints().count, 1, "what it has trained is saved")
    try world.barrier()
  }
}
