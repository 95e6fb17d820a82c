import Boundary
import Foundation
import Training

/// What a study leaves in its folder while it runs: the ledger, and who did what when; on rank 0.
final class StudyRecords {
  private let ledger: LedgerFile
  private let timing: FileHandle
  let sessionStart = Date().timeIntervalSince1970

  /// Opens the files, and notes in the ledger what this session runs in and asks, if it is news.
  init(
    _ folder: StudyFolder, _ contents: LedgerFile.Contents, _ session: LedgerLine.Session
  ) throws(TrainingError) {
    ledger = try LedgerFile(folder.run, StudyFolder.ledger, contents)
    let path = folder.file(StudyFolder.timing)
    do throws(FileRefusal) {
      timing = FileHandle(
        fileDescriptor: try WrittenFile.open(path, O_WRONLY | O_APPEND, .ownName),
        closeOnDealloc: true)
    } catch { throw TrainingError(.output, "\(path) cannot be written: \(error.reason)") }
    if session.isNews(after: contents.sessions.last) { try ledger.append(LedgerLine(session)) }
  }

  /// Adds a result, which counts from here on.
  func add(_ entry: LedgerEntry) throws(TrainingError) { try ledger.append(LedgerLine(entry)) }

  /// Notes who did what; nothing depends on it.
  func note(_ slot: Slot) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let line = try? encoder.encode(slot) else { return }
    try? timing.write(contentsOf: line + Data("\n".utf8))
  }
}
