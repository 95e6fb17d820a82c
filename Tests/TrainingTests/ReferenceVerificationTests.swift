import MPI
import TestSupport
import Training
import XCTest

final class ReferenceVerificationTests: XCTestCase {
  private func verify(_ name: String, microBatches sizes: [Int]) throws {
    let world = try sharedWorld()
    for size in sizes {
      let verification = try ReferenceVerification(
        path: fixture(name), microBatch: size, communicator: world)
      XCTAssertGreaterThan(verification.checks.count, 100)
      for check in verification.checks where !check.holds {
        XCTFail(
          "\(name), micro-batch \(size): \(check.name) is off by \(check.error), "
            + "allowed \(check.tolerance)")
      }
    }
  }

  func testSmallNetworkMatchesItsReference() throws {
    try verify("small.h5", microBatches: try sharedWorld().size == 1 ? [1, 2, 4] : [1])
  }

  func testDeepNetworkMatchesItsReference() throws {
    try verify("deep.h5", microBatches: try sharedWorld().size == 1 ? [1, 2, 4, 8] : [1, 2])
  }

  func testTablesOfAllKindsMatchTheirReferences() throws {
    for name in ["stages-v1.h5", "stages-v2.h5"] {
      try verify(name, microBatches: try sharedWorld().size == 1 ? [1, 2] : [1])
    }
  }
}
