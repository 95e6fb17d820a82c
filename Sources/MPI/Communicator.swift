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
    Self.waitForReaders()
    // Returns only when it failed; this process must end all the same.
    _ = MPI_Abort(handle, exitCode)
    exit(exitCode)
  }

  /// Waits until whoever reads the pipes that the standard streams may be has taken what was written, for
  /// at most a second.
  ///
  /// The `mpirun` of MPICH reads no more when it has heard that a rank ends the job, and on a busy machine
  /// has not read that rank's last line by then.
  private static func waitForReaders() {
    // The C library's header hides the function from Swift.
    typealias Control = @convention(c) (CInt, CUnsignedLong, UnsafeMutablePointer<CInt>) -> CInt
    guard let symbol = dlsym(nil, "ioctl") else { return }
    let control = unsafeBitCast(symbol, to: Control.self)
    let pipes = [STDOUT_FILENO, STDERR_FILENO].filter { stream in
      var status = stat()
      return fstat(stream, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }
    for _ in 0..<1000 {
      let isRead = pipes.allSatisfy { stream in
        var unread: CInt = 0
        return control(stream, CUnsignedLong(FIONREAD), &unread) != 0 || unread == 0
      }
      if isRead { return }
      usleep(1000)
    }
  }
}
