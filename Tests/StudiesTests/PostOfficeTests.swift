import Foundation
import Studies
import Supervision
import TestSupport
import XCTest

/// What ranks write to rank 0 beside their trainings.
final class PostOfficeTests: XCTestCase {
  func testALetterOfOneStudyIsNotReadByTheNext() throws {
    let world = try sharedWorld()
    try XCTSkipIf(world.size == 1, "nobody writes to rank 0")
    let first = PostOffice(world: world, activity: Activity())
    // A signal has come to a rank when rank 0 had ended the study already.
    if world.rank > 0 { try first.send(.signal(SIGTERM)) }
    try first.close()
    let next = PostOffice(world: world, activity: Activity())
    if world.rank == 0 { XCTAssertNil(try next.report()) }
    try world.barrier()
    // Nor is the last word of the first one taken for that of the next.
    if world.rank == 1 { try next.send(.began(number: 7, epochs: 2)) }
    if world.rank == 0 {
      var report: (rank: Int, Report)?
      while report == nil { report = try next.report() }
      guard case .began(number: 7, _) = report?.1 else {
        return XCTFail("\(String(describing: report))")
      }
    }
    try next.close()
  }
}
