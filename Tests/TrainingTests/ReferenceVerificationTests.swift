import MPI
import Training
import XCTest

final class ReferenceVerificationTests: XCTestCase {
  private func verify(_ name: String) throws {
    let verification = try ReferenceVerification(
      path: fixture(name), communicator: try sharedWorld())
    XCTAssertGreaterThan(verification.checks.count, 100)
    for check in verification.checks where !check.holds {
      XCTFail("\(name): \(check.name) is off by \(check.error), allowed \(check.tolerance)")
    }
  }

  func testSmallNetworkMatchesItsReference() throws { try verify("small.h5") }

  func testDeepNetworkMatchesItsReference() throws { try verify("deep.h5") }
}
