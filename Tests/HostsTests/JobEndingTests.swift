import Foundation
import Hosts
import Supervision
import XCTest

final class JobEndingTests: XCTestCase {
  private func verdict(code: Int, rank: Int = 1, unreachable: Bool = false) throws -> Verdict {
    let text = """
      {"code":\(code),"host":"b","message":"rank 1 of b was lost","phase":"backward","pid":4242,
      "rank":\(rank),"step":118,"unreachable":\(unreachable)}
      """
    return try JSONDecoder().decode(Verdict.self, from: Data(text.utf8))
  }

  func testTheVerdictIsTheReasonWhateverTheLauncherSays() throws {
    for status: Int32 in [0, 1, 137, 205] {
      let ending = JobEnding(
        status: status, ending: nil, verdict: try verdict(code: 5), stop: nil, isFinished: true)
      XCTAssertEqual(ending.code, 5)
      XCTAssertEqual(ending.reason, "rank 1 of b was lost")
      XCTAssertTrue(ending.isTold)
      XCTAssertTrue(ending.isRestartable)
      XCTAssertNil(ending.lostHost)
    }
    let cutOff = JobEnding(
      status: 205, ending: nil, verdict: try verdict(code: 4, unreachable: true), stop: nil,
      isFinished: true)
    XCTAssertEqual(cutOff.lostHost, "b")
    XCTAssertTrue(cutOff.isTold)
    let headless = JobEnding(
      status: 205, ending: nil, verdict: try verdict(code: 4, rank: 0, unreachable: true),
      stop: nil, isFinished: true)
    XCTAssertFalse(headless.isTold, "the words of the others may not have arrived")
  }

  func testOnlyLossesAndDeathsBySignalAreWorthAnotherStart() {
    for (status, code, isRestartable) in [
      (0, 0, false), (1, 4, true), (2, 2, false), (3, 3, false), (4, 4, true), (5, 5, true),
      (6, 6, false), (7, 7, false), (130, 130, false), (143, 143, false), (137, 4, true),
      (139, 4, true), (138, 143, false), (205, 4, true),
      (213, 4, true), (127, 4, true),
    ] as [(Int32, Int32, Bool)] {
      let ending = JobEnding(
        status: status, ending: nil, verdict: nil, stop: nil, isFinished: true)
      XCTAssertEqual(ending.code, code)
      XCTAssertEqual(ending.isRestartable, isRestartable, "\(status)")
    }
  }

  func testOfALauncherThatWasEndedWhatItsRanksLeftCounts() {
    for (left, code, isRestartable) in [
      (0, 0, false), (2, 2, false), (6, 6, false), (143, 143, false), (nil, 4, true),
    ] as [(Int32?, Int32, Bool)] {
      let ending = JobEnding(
        status: 137, wasEnded: true, ending: left, verdict: nil, stop: nil, isFinished: true)
      XCTAssertEqual(ending.code, code)
      XCTAssertEqual(ending.isRestartable, isRestartable)
    }
    let byItself = JobEnding(status: 137, ending: 0, verdict: nil, stop: nil, isFinished: true)
    XCTAssertEqual(byItself.code, 4)
  }

  func testOfTwoEndsWithOneOnlyThatOfTheRanksIsACheck() {
    for status: Int32 in [0, 1] {
      let check = JobEnding(status: status, ending: 1, verdict: nil, stop: nil, isFinished: true)
      XCTAssertEqual(check.code, 1)
      XCTAssertNil(check.reason)
      XCTAssertFalse(check.isRestartable)
    }
    for status: Int32 in [1, 213] {
      let failed = JobEnding(
        status: status, ending: nil, verdict: nil, stop: nil, isFinished: true)
      XCTAssertEqual(
        failed.reason, "the launcher could not start the ranks or hold them (code \(status))")
    }
  }

  func testALauncherThatSaysAllIsWellIsNotBelievedWithoutASummary() {
    let ending = JobEnding(status: 0, ending: nil, verdict: nil, stop: nil, isFinished: false)
    XCTAssertEqual(ending.code, 4)
    XCTAssertTrue(ending.isRestartable)
  }

  func testAJobThatWasToldToStopEndsAsStopped() {
    for (stop, status, code) in [
      (SIGINT, 143, 130), (SIGINT, 1, 130), (SIGTERM, 143, 143), (SIGUSR1, 138, 143),
      (SIGTERM, 0, 0), (SIGTERM, 7, 7),
    ] as [(Int32, Int32, Int32)] {
      let ending = JobEnding(
        status: status, ending: nil, verdict: nil, stop: stop, isFinished: true)
      XCTAssertEqual(ending.code, code, "\(stop) \(status)")
      XCTAssertFalse(ending.isRestartable)
    }
  }
}
