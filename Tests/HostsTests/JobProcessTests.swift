import Boundary
import Foundation
import Hosts
import XCTest

final class JobProcessTests: XCTestCase {
  /// Runs a launcher that may hold no process for a second, and returns its status and the seconds
  /// it took.
  private func end(_ script: String) throws -> (status: Int32, seconds: Double, wasEnded: Bool) {
    let start = Date()
    let process = try JobProcess(
      ["bash", "-c", script], environment: ProcessInfo.processInfo.environment)
    let status = process.end(
      wantsStop: { false }, hasGivenUp: { false }, deadline: MonotonicTime.seconds + 20,
      desertion: 1)
    return (status, -start.timeIntervalSinceNow, process.wasEnded)
  }

  func testALauncherThatHoldsNoProcessIsEnded() throws {
    for script in [
      "exec sleep 300", "sleep 0.2; exec sleep 300",
      // Its only rank has ended, and it does not notice.
      "sleep 0.1 & exec sleep 300", "trap '' TERM; read -t 300 < <(exec sleep 0.1); exec sleep 300",
    ] {
      let ending = try end(script)
      XCTAssertEqual(ending.status, 1, script)
      XCTAssertTrue(ending.wasEnded, script)
      XCTAssertLessThan(ending.seconds, 10, script)
    }
  }

  func testALauncherIsLeftAloneAsLongAsItHoldsAProcess() throws {
    for script in ["sleep 3 & wait $!; exit 7", "(sleep 3 & wait); exit 7"] {
      let ending = try end(script)
      XCTAssertEqual(ending.status, 7, script)
      XCTAssertFalse(ending.wasEnded, script)
      XCTAssertGreaterThan(ending.seconds, 2.5, script)
    }
  }
}
