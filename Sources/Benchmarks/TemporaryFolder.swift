internal import Boundary
import Foundation
import Training

/// A folder for the time of a measurement, which goes with whoever holds it.
final class TemporaryFolder {
  let url: URL

  /// Makes it.
  ///
  /// - Parameter name: How its name begins.
  init(_ name: String) throws(TrainingError) {
    url = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID())")
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw TrainingError(
        .output, "\(url.path) cannot be made: \(error.systemReason); choose another TMPDIR")
    }
  }

  deinit { remove() }

  /// Removes it with all that is in it.
  func remove() { try? FileManager.default.removeItem(at: url) }
}
