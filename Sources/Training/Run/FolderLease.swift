import Boundary
import Foundation

/// Keeps other runs out of a run's folder for as long as it lives.
package final class FolderLease {
  private let lock: FileLock?

  private static let file = ".lock"

  /// Whether a run is writing in a folder.
  package static func isHeld(_ folder: RunFolder) -> Bool {
    FileLock.isTaken(folder.file(file))
  }

  /// Seconds after which a file server has forgotten the lock of a host that is gone: the lease of
  /// NFS 4 lasts 90 (Linux, `nfsv4leasetime`), and servers sweep out what has expired now and then.
  package static let seconds = 120.0

  /// Takes the folder.
  ///
  /// - Parameters:
  ///   - seconds: How long to wait for another run to leave it.
  ///   - stopRequest: Asked meanwhile; a signal ends the wait.
  ///   - advance: Is called whenever the lock was asked for.
  ///   - tell: Is told what is waited for.
  /// - Throws: When another run is writing in it.
  package init(
    _ folder: RunFolder, waiting seconds: Double, stopRequest: StopRequest = { nil },
    advance: () -> Void, _ tell: (String) -> Void
  ) throws(TrainingError) {
    let path = folder.file(Self.file)
    do throws(FileRefusal) {
      lock = FileLock(closing: try WrittenFile.open(path, O_RDWR, .regular))
    } catch {
      guard error.kind == .notRegular else {
        lock = nil
        return
      }
      throw TrainingError(
        .output, "\(path), by which runs keep apart, is not used: \(error.reason)")
    }
    let deadline = MonotonicTime.seconds + seconds
    var isTold = false
    while let lock, !lock.take() {
      if let signal = stopRequest() {
        throw TrainingError(
          .usage, "while another run was writing in \(folder.path)", stopSignal: signal)
      }
      guard MonotonicTime.seconds < deadline else {
        throw TrainingError(
          .usage,
          "another run is writing in \(folder.path); wait for it to end or choose another --output")
      }
      if !isTold {
        tell(
          "another run is writing in \(folder.path), or its host was lost and the file server still "
            + "keeps its lock: waiting up to \(Int(seconds)) s for it to end")
        isTold = true
      }
      advance()
      Thread.sleep(forTimeInterval: 0.25)
    }
  }
}
