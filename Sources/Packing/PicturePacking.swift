internal import Boundary
package import Datasets
import Foundation
internal import Hosts
package import MPI

/// Packs a folder of pictures on all ranks: each reads and checks its share of the files, all make
/// the same plan of what they found, and each writes whole shards of it.
///
/// What goes wrong on one of them alone is thrown there alone,
/// while the others wait: whoever calls this ends the job then, see ``PackingError/isShared``.
///
/// The shards are the same on any number of ranks. What was interrupted goes on when it is started
/// again, and no two jobs write into the same folder.
package struct PicturePacking {
  private let world: Communicator
  private let source, output: String
  private let folder: PictureFolder
  private let storage: PictureStorage
  private let isStrict: Bool
  private let reader: PictureReader
  private let observer: any PackingObserver

  /// Looks through a folder, on every rank; all must find the same.
  ///
  /// - Parameters:
  ///   - source: The folder of pictures.
  ///   - output: Folder of the shards, which is made.
  ///   - validationList: A file with the path of one validation picture a line.
  ///   - isStrict: Whether a file that cannot be packed ends the job instead of being left out.
  /// - Throws: ``PackingError``, `DatasetError` or `MPIError`.
  package init(
    _ source: String, into output: String, validationList: String?, isAsIs: Bool,
    storage: PictureStorage, isStrict: Bool, on world: Communicator,
    observer: any PackingObserver
  ) throws {
    (self.world, self.source, self.output) = (world, source, output)
    (self.storage, self.isStrict, self.observer) = (storage, isStrict, observer)
    reader = PictureReader(root: source, storage: storage)
    folder = try PictureFolder(path: source, validationList: validationList, isAsIs: isAsIs)
    let views = try world.allGatherParts(Array(folder.sha256.utf8))
    guard views.allSatisfy({ $0 == views[0] }) else {
      throw PackingError(
        .data,
        "the ranks do not find the same files in \(source.shown); it must be a shared folder",
        isShared: true)
    }
  }

  /// Whether the folder itself says what is for validation.
  package var isDivided: Bool { folder.isDivided }

  /// Packs the pictures; called on every rank.
  ///
  /// - Parameters:
  ///   - credit: Kept in the shards.
  ///   - willWrite: Told on rank 0 of what will be packed and what not, before the first shard is
  ///     written.
  /// - Returns: What was packed.
  /// - Throws: ``PackingError``, `DatasetError`, `MPIError`, or `Interruption` when a signal came.
  package func run(
    _ packer: Packer, credit: String, willWrite: (PackingPlan) throws -> Void
  ) throws -> PackingPlan {
    if isStrict, let first = folder.skipped.first { throw refusal(of: first, isShared: true) }
    let (records, faults) = try check()
    let plan = try PackingPlan(
      folder, records: records, faults: faults, storage: storage, packer: packer, credit: credit)
    if isStrict, let first = plan.skipped.first { throw refusal(of: first, isShared: true) }
    var isFinished: [UInt8] = []
    var lock: FileLock?
    defer { withExtendedLifetime(lock) {} }
    if world.rank == 0 {
      try Packer.create(output)
      lock = try takeOutput()
      isFinished = try plan.finishedShards(in: output).map { $0 ? 1 : 0 }
      try list(plan.skipped)
      try willWrite(plan)
    }
    isFinished = try world.allGatherParts(isFinished)[0]
    try write(plan, plan.shards.indices.filter { isFinished[$0] == 0 })
    if world.rank == 0 { CheckJournal.remove(from: output) }
    return plan
  }

  /// Keeps other processes from packing into the folder.
  private func takeOutput() throws(PackingError) -> FileLock {
    let lock = FileLock(closing: open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    guard lock.take() else {
      throw PackingError(
        .usage,
        "another process is packing into \(output); wait for it to end, or start one job of several "
          + "ranks with mpirun")
    }
    return lock
  }

  /// Reads each file once, and tells all ranks what is in it.
  private func check() throws -> (records: [PictureRecord], faults: [SkippedPicture]) {
    let count = folder.files.count
    let journal = CheckJournal(
      in: output, root: source, storage: storage, rank: world.rank, pictureCount: count)
    let share = (count + world.size - 1) / world.size
    var own: [PictureRecord] = []
    own.reserveCapacity(share)
    var ownFaults: [String: String] = [:]
    for index in stride(from: world.rank, to: count, by: world.size) {
      if StopSignal.pending != nil { try journal.write() }
      try requireNoSignal()
      observer.progressed("checking", index, of: count)
      let path = folder.files[index].path
      if let record = journal.record(of: path) {
        own.append(record)
        continue
      }
      let record: PictureRecord
      do throws(PictureFault) {
        record = try reader.record(of: path)
      } catch {
        if isStrict {
          throw refusal(of: SkippedPicture(path: path, reason: error.reason), isShared: false)
        }
        own.append(.none)
        ownFaults[String(index)] = error.reason
        continue
      }
      own.append(record)
      try journal.add(record, of: path)
    }
    if own.count < share { own.append(.none) }
    let all = try world.allGather(own)
    let records = (0..<count).map { all[$0 % world.size * share + $0 / world.size] }
    var faults: [SkippedPicture] = []
    for faultsOfRank in try world.allGather(words: ownFaults) {
      for (index, reason) in faultsOfRank {
        guard let index = Int(index) else { continue }
        faults.append(SkippedPicture(path: folder.files[index].path, reason: reason))
      }
    }
    return (records, faults)
  }

  /// Writes this rank's share of the missing shards and waits for the other ranks.
  private func write(_ plan: PackingPlan, _ missing: [Int]) throws {
    let total = missing.reduce(0) { $0 + plan.shards[$1].pictures.count }
    var done = 0
    for (turn, shard) in missing.enumerated() where turn % world.size == world.rank {
      let isWritten = try plan.write(shard: shard, into: output, reader: reader) {
        observer.progressed("packing", done * world.size, of: total)
        done += 1
        return StopSignal.pending == nil
      }
      if !isWritten { try requireNoSignal() }
    }
    try world.barrier()
  }

  /// Where the files are listed that are left out.
  package static func listOfSkipped(in output: String) -> String { "\(output)/skipped.txt" }

  /// Lists in the output folder what is not packed.
  private func list(_ skipped: [SkippedPicture]) throws(PackingError) {
    let list = Self.listOfSkipped(in: output)
    do {
      if skipped.isEmpty {
        if FileManager.default.fileExists(atPath: list) {
          try FileManager.default.removeItem(atPath: list)
        }
      } else {
        let text = skipped.map { $0.line + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: list), options: .atomic)
      }
    } catch { throw PackingError(.output, "cannot write \(list): \(error.systemReason)") }
  }

  private func refusal(of picture: SkippedPicture, isShared: Bool) -> PackingError {
    PackingError(
      .data, "\("\(source)/\(picture.path)".shown) is not packed: \(picture.reason)",
      isShared: isShared)
  }

  private func requireNoSignal() throws(Interruption) {
    try Interruption.check("while packing; finished shards are kept, the same command goes on")
  }
}
