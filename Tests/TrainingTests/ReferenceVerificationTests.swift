import Foundation
import HDF5
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

  func testLossesThatTheFileDoesNotHaveAreRefused() throws {
    let world = try sharedWorld()
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5File(creating: path)
    try file.createGroup("rmsprop")
    for (name, value) in [("resolution", 32), ("classes", 3), ("batch", world.size)] {
      try file.setAttribute(name, to: value)
    }
    for name in ["width", "depth", "bn_epsilon", "bn_momentum", "label_smoothing"] {
      try file.setAttribute(name, to: 0.5)
    }
    for name in ["rho", "momentum", "epsilon", "learning_rate"] {
      try file.setAttribute(name, of: "rmsprop", to: 0.5)
    }
    try file.setAttribute("steps", of: "rmsprop", to: 2)
    try file.write([Float(1)], to: "rmsprop/losses", shape: [1])
    try file.close()
    XCTAssertThrowsError(try ReferenceVerification(path: path, communicator: world)) {
      XCTAssertTrue("\($0)".contains("its shape is [1], not [2]"), "\($0)")
    }
  }
}
