import Boundary
import Foundation
import Training

/// The ledger on the disk: whole lines, each synced before anything is decided by it; written by
/// one process.
package final class LedgerFile {
  private let path: String
  private let handle: FileHandle
  /// Bytes of whole lines.
  private var length: UInt64

  /// What was found in the file.
  package struct Contents {
    package fileprivate(set) var ledger = Ledger()
    /// What the sessions before ran in.
    package fileprivate(set) var sessions: [LedgerLine.Session] = []
    /// What is wrong with lines that are left out, if any are.
    package fileprivate(set) var notice: String?
    /// Whether it is only its last line that was not written to its end.
    package fileprivate(set) var isTorn = false
    /// Whether the first line tells what the study is; nil where there is no whole line.
    fileprivate var beginsWithSession: Bool?
    /// Bytes before the first line that is left out, if one is, and the lines behind it that are
    /// not.
    fileprivate var good = 0
    fileprivate var rest: [UInt8] = []

    /// Refuses results of which nobody knows what study they are of.
    func requireBeginning(_ path: String) throws(TrainingError) {
      guard beginsWithSession == false else { return }
      throw TrainingError(
        .data,
        "\(path): line 1, which tells what the study is, is not what a study writes, or was changed; "
          + "put a copy of the file in its place, or choose another --output")
    }
  }

  /// Most bytes of a ledger, and of a line: a hundred thousand results on 50,000 images.
  private static let byteLimit = 1 << 30
  private static let lineByteLimit = 1 << 24

  /// Reads a ledger; an empty one where there is no file.
  ///
  /// - Parameter headway: Is told of each line.
  package static func read(
    _ path: String, _ headway: Headway = .unwatched
  ) throws(TrainingError) -> Contents {
    var status = stat()
    guard stat(path, &status) == 0 || errno != ENOENT else { return Contents() }
    let bytes: [UInt8]
    do throws(FileRefusal) {
      bytes = try RegularFile(path).contents(limit: byteLimit)
    } catch { throw TrainingError(.data, "\(path) cannot be read: \(error.reason)") }
    var contents = Contents()
    var (number, leftOut) = (0, 0)
    var lacksSession = false
    var rest = bytes[...]
    while !rest.isEmpty {
      try headway.note()
      number += 1
      let hasBegun = contents.beginsWithSession != nil
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      let text = rest[..<(end ?? rest.endIndex)]
      rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
      guard end != nil, text.count <= lineByteLimit, let line = LedgerLine(text) else {
        let problem =
          end == nil ? "was not written to its end" : "is not what a study writes, or was changed"
        leftOut += 1
        lacksSession = lacksSession || LedgerLine.looksLikeSession(text)
        if end == nil {
          contents.isTorn = leftOut == 1
        } else if !hasBegun {
          contents.beginsWithSession = false
        }
        contents.notice = contents.notice ?? "line \(number) \(problem)"
        continue
      }
      if !hasBegun { contents.beginsWithSession = line.session != nil }
      if leftOut == 0 {
        contents.good = rest.startIndex
      } else {
        contents.rest += text + [UInt8(ascii: "\n")]
      }
      if let session = line.session { contents.sessions.append(session) }
      if let entry = line.entry { contents.ledger.add(entry) }
    }
    let more = leftOut > 1 ? ", as are \(leftOut - 1) more," : ""
    // No training tells it again: the study is held against the sessions that are left.
    let unknown =
      lacksSession ? "; what a session asked and ran in is not known any more" : ""
    contents.notice = contents.notice.map {
      "\(path): \($0)\(more) and does not count; what it told is done again if it is needed\(unknown)"
    }
    return contents
  }

  /// Opens the file to add lines; those that were left out are gone.
  package init(
    _ folder: RunFolder, _ name: String, _ contents: Contents
  ) throws(TrainingError) {
    path = folder.file(name)
    if contents.notice != nil { try Self.leaveOut(contents, path) }
    do {
      let descriptor = try WrittenFile.open(path, O_WRONLY | O_APPEND, .regular)
      handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      length = try handle.seekToEnd()
      // Lines are synced one by one; here it is the name of the file.
      try WrittenFile.synchronize(folder.path)
    } catch {
      let reason = (error as? FileRefusal)?.reason ?? error.systemReason
      throw TrainingError(.output, "\(path) cannot be written: \(reason)")
    }
  }

  /// Takes the lines that are left out from the file, so that a power cut leaves the rest.
  private static func leaveOut(_ contents: Contents, _ path: String) throws(TrainingError) {
    do throws(FileRefusal) {
      let good = contents.good
      if contents.rest.isEmpty {
        try WrittenFile.cut(path, to: good)
      } else {
        let kept = try RegularFile(path).bytes(0..<good) + contents.rest
        try WrittenFile.replace(path, with: kept)
      }
    } catch { throw TrainingError(.output, "\(path) cannot be written: \(error.reason)") }
  }

  /// Adds a line and syncs it; where that fails, no part of it stays.
  package func append(_ line: LedgerLine) throws(TrainingError) {
    let bytes = line.bytes
    do {
      try handle.write(contentsOf: bytes)
      try handle.synchronize()
      length += UInt64(bytes.count)
    } catch {
      try? handle.truncate(atOffset: length)
      throw TrainingError(
        .output,
        "\(path) cannot be written: \(error.systemReason); make room and go on with --resume")
    }
  }
}
