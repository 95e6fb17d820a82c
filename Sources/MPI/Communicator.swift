internal import CMPI
import Glibc

/// Ranks of the job, all or some, and the operations among them.
///
/// Everything except ``abort(exitCode:)`` is called on the thread that started MPI, and every
/// operation of more than one rank by all of them in the same order. MPI counts elements in 32
/// bits; longer buffers travel in several messages.
public struct Communicator {
  private let group: RankGroup
  /// Number of this process, `0 ..< size`.
  public let rank: Int
  /// Number of processes.
  public let size: Int

  /// Elements in one message at most; smaller only to prove that splitting works.
  package var largestMessage = Int(CInt.max)

  init(_ group: RankGroup) throws(MPIError) {
    self.group = group
    // Errors come back as codes; whether a new group inherits that, libraries differ.
    try check(
      "MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(group.handle, CMPIErrorsReturn()))
    var rank: CInt = 0
    try check("MPI_Comm_rank", MPI_Comm_rank(group.handle, &rank))
    var size: CInt = 0
    try check("MPI_Comm_size", MPI_Comm_size(group.handle, &size))
    self.rank = Int(rank)
    self.size = Int(size)
  }

  var handle: MPI_Comm { group.handle }

  /// Name of the node that this process runs on.
  public var processorName: String { group.session.processorName }

  /// Divides the ranks into groups that do not hear each other; called by all of them.
  ///
  /// - Parameters:
  ///   - color: Number of this rank's group, from 0 on; nil for none.
  ///   - key: Its order there; ranks with equal keys stay in their order.
  /// - Returns: The group of this rank, if it has one.
  /// - Throws: If the library refuses or loses a rank.
  public func split(color: Int?, key: Int = 0) throws(MPIError) -> Communicator? {
    precondition(
      (0...Int(CInt.max)).contains(color ?? 0) && CInt(exactly: key) != nil,
      "a group cannot have the number \(color ?? 0), or a rank there the key \(key)")
    var part = CMPIGroupNull()
    try check(
      "MPI_Comm_split",
      CMPICommSplit(handle, color.map { CInt($0) } ?? CMPIUndefined(), CInt(key), &part))
    if color == nil { return nil }
    var result = try Communicator(RankGroup(part, of: group.session))
    result.largestMessage = largestMessage
    return result
  }

  /// Ends all ranks of the job at once, for an error that the others do not know of.
  ///
  /// - Parameter exitCode: What `mpirun` is to return.
  public func abort(exitCode: Int32) -> Never {
    Self.waitForReaders()
    // Returns only when it failed; this process must end all the same.
    _ = MPI_Abort(CMPICommWorld(), exitCode)
    exit(exitCode)
  }

  /// Waits until whoever reads the pipes that the standard streams may be has taken what was
  /// written, for at most a second.
  ///
  /// The `mpirun` of MPICH reads no more when it has heard that a rank ends the job, and on a busy
  /// machine has not read that rank's last line by then.
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
