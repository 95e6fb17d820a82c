import Foundation
import MPI

/// Path of a file in `Tests/Fixtures`.
func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/\(name)").path
}

nonisolated(unsafe) private var session: MPISession?

/// All ranks of the test process: one under `swift test`, several under `mpirun`.
func sharedWorld() throws -> Communicator {
  if let session { return session.world }
  let started = try MPISession()
  session = started
  return started.world
}
