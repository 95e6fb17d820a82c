import Foundation
import Training
import XCTest

final class RunFolderTests: CheckpointTestCase {
  func testALockThatIsNotGivenUpIsWaitedForAndThenRefused() throws {
    func lock(waiting seconds: Double) throws -> (attempts: Int, told: [String]) {
      var (attempts, told): (Int, [String]) = (0, [])
      do throws(TrainingError) {
        _ = try FolderLease(RunFolder(folder), waiting: seconds) {
          attempts += 1
        } _: {
          told.append($0)
        }
      } catch {
        XCTAssertEqual(error.faultKind, .usage)
        XCTAssertTrue("\(error)".contains("another run is writing in \(folder)"), "\(error)")
        return (attempts, told)
      }
      throw XCTSkip("the file system has no locks")
    }
    let other = open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    defer { close(other) }
    XCTAssertEqual(flock(other, LOCK_EX | LOCK_NB), 0)
    let (attempts, told) = try lock(waiting: 0.6)
    XCTAssertGreaterThan(attempts, 1, "whoever waits would look stuck")
    XCTAssertEqual(told.count, 1)
    XCTAssertTrue(told[0].contains("waiting up to"), told[0])
    XCTAssertEqual(try lock(waiting: 0).told, [])
  }

  func testAFolderIsFreeWhenItsRunIsOver() throws {
    func lease() throws -> FolderLease {
      try FolderLease(RunFolder(folder), waiting: 0, advance: {}) { _ in }
    }
    var first: FolderLease? = try lease()
    XCTAssertNotNil(first)
    XCTAssertThrowsError(try lease())
    first = nil
    XCTAssertNoThrow(try lease())
  }
}
