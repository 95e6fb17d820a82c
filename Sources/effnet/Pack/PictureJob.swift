import Boundary
import Datasets
import Foundation
import Hosts
import MPI
import Reports
import Training

/// Packs a folder of pictures on all ranks: each reads and checks its share of the files, all make
/// the same plan of what they found, and each writes whole shards of it.
struct PictureJob {
  let world: Communicator
  let source, output: String
  let validationList: String?
  let isValidationGiven: Bool
  let packer: Packer
  let storage: PictureStorage
  let isStrict: Bool
  let credit: String

  func run() throws {
    let folder = try PictureFolder(
      path: source, validationList: validationList, isAsIs: packer.isAsIs)
    // Until here there is nothing to end in order, and a folder can take long to be listed.
    StopSignal.watch()
    guard !(folder.isDivided && isValidationGiven) else {
      throw Failure(
        .usage, "\(source.shown) is divided into training and validation; leave --validation out",
        isAgreed: true)
    }
    let views = try world.allGatherParts(Array(folder.sha256.utf8))
    guard views.allSatisfy({ $0 == views[0] }) else {
      throw Failure(
        .data,
        "the ranks do not find the same files in \(source.shown); it must be a shared folder",
        isAgreed: true)
    }
    if isStrict, let first = folder.skipped.first { throw refusal(of: first, isAgreed: true) }
    let reader = PictureReader(root: source, storage: storage)
    let progress = PackingProgress(isSilent: world.rank > 0)
    let (records, faults) = try check(folder, reader, progress)
    let plan = try PackingPlan(
      folder, records: records, faults: faults, storage: storage, packer: packer, credit: credit)
    if isStrict, let first = plan.skipped.first { throw refusal(of: first, isAgreed: true) }
    var isFinished: [UInt8] = []
    var lock: FolderLock?
    defer { withExtendedLifetime(lock) {} }
    if world.rank == 0 {
      progress.clear()
      try Packer.create(output)
      lock = try FolderLock(output)
      isFinished = try plan.finishedShards(in: output).map { $0 ? 1 : 0 }
      try tellWhatIsMissing(in: plan)
    }
    isFinished = try world.allGatherParts(isFinished)[0]
    try write(plan, plan.shards.indices.filter { isFinished[$0] == 0 }, reader, progress)
    if world.rank == 0 {
      progress.clear()
      CheckJournal.remove(from: output)
      let (mean, deviation) = plan.statistics
      PackingReport(
        folder: output, shards: plan.shards.map { "\(output)/\($0.name)" },
        trainingCount: plan.training.count, validationCount: plan.validation.count,
        classCount: folder.classNames.count, mean: mean, deviation: deviation
      ).print()
    }
  }

  /// Reads each file once, and tells all ranks what is in it.
  private func check(
    _ folder: PictureFolder, _ reader: PictureReader, _ progress: PackingProgress
  ) throws -> (records: [PictureRecord], faults: [SkippedPicture]) {
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
      progress.show("checking", index, of: count)
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
          throw refusal(of: SkippedPicture(path: path, reason: error.reason), isAgreed: false)
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
    for bytes in try world.allGatherParts(Array(JSONEncoder().encode(ownFaults))) {
      for (index, reason) in try JSONDecoder().decode([String: String].self, from: Data(bytes)) {
        guard let index = Int(index) else { continue }
        faults.append(SkippedPicture(path: folder.files[index].path, reason: reason))
      }
    }
    return (records, faults)
  }

  /// Writes this rank's share of the missing shards and waits for the other ranks.
  private func write(
    _ plan: PackingPlan, _ missing: [Int], _ reader: PictureReader, _ progress: PackingProgress
  ) throws {
    let total = missing.reduce(0) { $0 + plan.shards[$1].pictures.count }
    var done = 0
    for (turn, shard) in missing.enumerated() where turn % world.size == world.rank {
      let isWritten = try plan.write(shard: shard, into: output, reader: reader) {
        progress.show("packing", done * world.size, of: total)
        done += 1
        return StopSignal.pending == nil
      }
      if !isWritten { try requireNoSignal() }
    }
    try world.barrier()
  }

  /// Lists in the output folder what is not packed, and tells of it.
  private func tellWhatIsMissing(in plan: PackingPlan) throws {
    let list = "\(output)/skipped.txt"
    let skipped = plan.skipped
    do {
      if skipped.isEmpty {
        if FileManager.default.fileExists(atPath: list) {
          try FileManager.default.removeItem(atPath: list)
        }
      } else {
        let text = skipped.map { $0.line + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: list), options: .atomic)
      }
    } catch { throw Failure(.output, "cannot write \(list): \(error.systemReason)") }
    for note in plan.folder.notes { print(note) }
    PackingReport.tell(
      classCount: plan.folder.classNames.count,
      classesWithoutTraining: plan.emptyClasses,
      classesWithoutValidation: plan.classesWithoutValidation)
    if skipped.isEmpty { return }
    let shown = 5
    print("skipped \(counted(skipped.count, "file")), listed in \(list):")
    for picture in skipped.prefix(shown) {
      print("  \(picture.path.shown)\t\(picture.reason)")
    }
    if skipped.count > shown { print("  and \((skipped.count - shown).groupedText) more") }
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(count.groupedText) \(noun)\(count == 1 ? "" : "s")"
  }

  private func refusal(of picture: SkippedPicture, isAgreed: Bool) -> Failure {
    Failure(
      .data, "\("\(source)/\(picture.path)".shown) is not packed: \(picture.reason)",
      isAgreed: isAgreed)
  }

  private func requireNoSignal() throws {
    guard let signal = StopSignal.pending else { return }
    throw Failure(
      stoppedBy: signal, "while packing; finished shards are kept, the same command goes on",
      isAgreed: false)
  }
}
