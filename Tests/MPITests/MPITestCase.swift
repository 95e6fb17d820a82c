import MPI
import XCTest

/// A test that may run on several ranks; all tests share the one session a process can have.
///
///     mpirun --oversubscribe --bind-to none -n 3 .build/release/effnetPackageTests.xctest \
///       MPITests.CommunicatorTests,MPITests.TreeReductionTests
class MPITestCase: XCTestCase {
  func startWorld() throws -> Communicator { try SharedSession.world() }
}

private final class SharedSession: XCTestObservation {
  // Unsafe is safe here: XCTest runs tests and observers on the main thread.
  nonisolated(unsafe) private static var session: MPISession?

  static func world() throws -> Communicator {
    if let session { return session.world }
    let session = try MPISession()
    self.session = session
    XCTestObservationCenter.shared.addTestObserver(SharedSession())
    return session.world
  }

  func testBundleDidFinish(_ testBundle: Bundle) {
    Self.session = nil
  }
}
