internal import CMPI
import Glibc

/// The ranks of the job, and the operations among them.
///
/// Everything except ``abort(exitCode:)`` is called on the thread that started MPI, and every
/// operation of more than one rank by all of them in the same order. MPI counts elements in 32
/// bits; longer buffers travel in several messages.
public struct Communicator {
  private let session: MPISession
  /// Number of this process, `0 ..< size`.
  public let rank: Int
  /// Number of processes.
  public let size: Int
  /// Name of the node that this process runs on.
  public let processorName: String

  /// Elements in one message at most; smaller only to prove that splitting works.
  package var largestMessage = Int(CInt.max)

  init(session: MPISession, rank: Int, size: Int, processorName: String) {
    self.session = session
    self.rank = rank
    self.size = size
    self.processorName = processorName
  }

  var handle: MPI_Comm { CMPICommWorld() }

  /// Ends all ranks at once, for an error that the others do not know of.
  ///
  /// - Parameter exitCode: What `mpirun` is to return.
  public func abort(exitCode: Int32) -> Never {
    // Returns only when it failed; this process must end all the same.
    _ = MPI_Abort(handle, exitCode)
    exit(exitCode)
  }
}
