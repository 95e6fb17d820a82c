import Boundary
import Foundation
import Synchronization

/// What one rank tells about itself: lines of time (UTC) and text, appended to a file.
///
/// A line is one write, so that lines of several threads do not mix. A log that cannot be written
/// stops nothing.
public final class RankLog: Sendable {
  /// Path of the file.
  package let path: String
  private let state = Mutex(State())

  private struct State {
    var descriptor: Int32 = -1
    /// Lines from before the file was opened, or could not be.
    var early: String? = ""
  }

  /// The log of a rank in a run's folder; nothing is written before ``open()``.
  package init(rank: Int, folder: String) { path = "\(folder)/ranks/\(rank).log" }

  deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

  /// Opens the file, and makes its folder if it is missing.
  ///
  /// - Returns: Why it keeps nothing, where something else than a log is in its place.
  package func open() -> String? {
    let folder = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return state.withLock { state in
      var problem: String?
      do throws(FileRefusal) {
        state.descriptor = try WrittenFile.open(
          path, O_WRONLY | O_APPEND, .ownName, folderIsReal: true)
      } catch {
        if error.kind == .notRegular { problem = "\(path.shown) is not written: \(error.reason)" }
      }
      Self.write(state.early ?? "", to: state.descriptor)
      state.early = nil
      return problem
    }
  }

  /// Adds a line.
  package func note(_ text: String) {
    let line = "\(Self.time) \(text.shownLine)\n"
    let descriptor = state.withLock { state in
      state.early?.append(line)
      return state.descriptor
    }
    Self.write(line, to: descriptor)
  }

  /// The open file, for a signal handler, which may do no more than write to it; −1 without one.
  package var descriptor: Int32 { state.withLock { $0.descriptor } }

  private static func write(_ text: String, to descriptor: Int32) {
    guard descriptor >= 0, !text.isEmpty else { return }
    var text = text
    _ = text.withUTF8 { Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }

  /// `2030-01-31T12:00:00.000Z`.
  private static var time: String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    return String(
      format: "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", Int(parts.tm_year) + 1900,
      Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour), Int(parts.tm_min),
      Int(parts.tm_sec), now.tv_nsec / 1_000_000)
  }
}
