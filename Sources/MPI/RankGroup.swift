internal import CMPI

/// A group of ranks as the library knows it, given back with its last user.
///
/// It keeps the session alive, so MPI ends after the last group.
final class RankGroup {
  let session: MPISession
  /// Nil for all ranks of the job.
  private var part: CMPIGroup?

  /// All ranks of the job.
  init(all session: MPISession) { self.session = session }

  /// Some of them.
  init(_ part: CMPIGroup, of session: MPISession) {
    self.part = part
    self.session = session
  }

  deinit {
    guard var part else { return }
    // Where a rank was lost this may fail, and there is nothing left to be done about it.
    _ = CMPIGroupFree(&part)
  }

  var handle: MPI_Comm { part.map(CMPIGroupHandle) ?? CMPICommWorld() }
}
