import Glibc
package import MPI

// Unsafe is safe here: XCTest runs tests on the main thread, and so does the process end there.
nonisolated(unsafe) private var session: MPISession?

/// All ranks of the test process: one under `swift test`, several under `mpirun`.
///
///     mpirun --oversubscribe --bind-to none -n 3 .build/release/effnetPackageTests.xctest \
///       MPITests.CommunicatorTests,MPITests.TreeReductionTests
///
/// A process can start MPI once, so the tests of all targets share it; it ends with the process.
package func sharedWorld() throws -> Communicator {
  if let session { return try session.world }
  let started = try MPISession()
  session = started
  atexit { session = nil }
  return try started.world
}
