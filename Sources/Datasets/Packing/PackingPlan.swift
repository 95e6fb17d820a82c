import Boundary
import Crypto
import Tensors

/// Which pictures become which shards: a pure function of the pictures and what is asked for, the
/// same wherever it is computed.
public struct PackingPlan: Sendable {
  /// One shard to be written.
  public struct PlannedShard: Sendable, Equatable {
    /// Name of the file.
    public let name: String
    /// Its pictures, as indices of the folder's files.
    public let pictures: [Int]
  }

  /// What is packed.
  public let folder: PictureFolder
  /// What is known of each file of the folder.
  public let records: [PictureRecord]
  /// In what form.
  public let storage: PictureStorage
  /// Credit and licence of the pictures, may be empty.
  public let credit: String
  /// What is not packed, sorted by the bytes of the paths.
  public let skipped: [SkippedPicture]
  /// Pictures for training, in the order of the shards.
  public let training: [Int]
  /// Pictures for validation, in the order of the shards.
  public let validation: [Int]
  /// The shards, those for training first.
  public let shards: [PlannedShard]
  /// Hash of all that determines the content of the shards; kept in each of them.
  public let sha256: String

  /// Divides pictures into training and validation, and into shards.
  ///
  /// Of files with the same bytes the first is kept, one for training before one for validation.
  /// Training pictures are shuffled, so that a few shards are a sample of all.
  ///
  /// - Parameters:
  ///   - folder: The files.
  ///   - records: What is known of each; ``PictureRecord/none`` for those that cannot be packed.
  ///   - faults: Why those cannot be packed.
  ///   - storage: In what form pictures are packed.
  ///   - packer: How those that are not yet divided are; seed and size of shards.
  ///   - credit: Credit and licence of the pictures.
  /// - Throws: When no picture is left for training.
  public init(
    _ folder: PictureFolder, records: [PictureRecord], faults: [SkippedPicture],
    storage: PictureStorage, packer: Packer, credit: String
  ) throws(DatasetError) {
    precondition(records.count == folder.files.count, "each file needs a record")
    let (kept, copies) = Self.withoutCopies(folder.files, records)
    var training = kept.filter { !folder.files[$0].isValidation }
    var validation = kept.filter { folder.files[$0].isValidation }
    if !folder.isDivided && !training.isEmpty {
      let split = try packer.divide(
        labels: training.map { folder.files[$0].label }, of: folder.path)
      validation = split.validation.map { training[$0] }
      training = split.training.map { training[$0] }
    }
    guard !training.isEmpty else {
      throw .badSource(file: folder.path, reason: "none of its pictures is left for training")
    }
    // A sample of its own: the numbers from 0 on choose the validation pictures of the classes.
    var random = CounterRandom(seed: packer.seed, sample: -1, purpose: .shuffle)
    random.shuffle(&training)
    shards =
      (packer.shards(of: training, named: "train")
      + packer.shards(of: validation, named: "validation")).map {
        PlannedShard(name: $0.name, pictures: $0.samples)
      }
    skipped = (folder.skipped + faults + copies).sorted { $0.path.precedes($1.path) }
    self.folder = folder
    self.records = records
    self.storage = storage
    self.credit = credit
    self.training = training
    self.validation = validation
    sha256 = Self.hash(shards, folder, records, storage, credit)
  }

  /// Mean and deviation, 0 to 1, of the red, green and blue of the training pictures, each picture
  /// weighing the same.
  public var statistics: (mean: [Double], deviation: [Double]) {
    PictureRecord.statistics(training.map { records[$0] })
  }

  /// Classes of which no picture is left for training.
  public var emptyClasses: [String] { classes(without: training) }

  /// Classes that have pictures for training and none for validation, where others have some.
  public var classesWithoutValidation: [String] {
    if validation.isEmpty { return [] }
    let empty = Set(emptyClasses)
    return classes(without: validation).filter { !empty.contains($0) }
  }

  private func classes(without pictures: [Int]) -> [String] {
    let labels = Set(pictures.map { folder.files[$0].label })
    return folder.classNames.enumerated().filter { !labels.contains(Int32($0.offset)) }
      .map(\.element)
  }

  private static func withoutCopies(
    _ files: [PictureFile], _ records: [PictureRecord]
  ) -> (kept: [Int], copies: [SkippedPicture]) {
    var first: [SIMD4<UInt64>: Int] = [:]
    var kept: [Int] = []
    var copies: [SkippedPicture] = []
    for (index, record) in records.enumerated() where record.height > 0 {
      guard let original = first[record.hash] else {
        first[record.hash] = index
        kept.append(index)
        continue
      }
      let file = files[original]
      let part = files[index].isValidation && !file.isValidation ? ", which is for training" : ""
      copies.append(
        SkippedPicture(
          path: files[index].path,
          reason: "it is a copy of \(file.path.shown)\(part); remove one"))
    }
    return (kept, copies)
  }

  private static func hash(
    _ shards: [PlannedShard], _ folder: PictureFolder, _ records: [PictureRecord],
    _ storage: PictureStorage, _ credit: String
  ) -> String {
    var hash = SHA256()
    func update(_ text: String) { hash.update(data: Array(text.utf8) + [0]) }
    update("\(ShardFormat.version) \(storage.encoding.rawValue) \(credit)")
    for name in folder.classNames { update(name) }
    for shard in shards {
      update("\(shard.name) \(shard.pictures.count)")
      for picture in shard.pictures {
        let record = records[picture]
        update("\(folder.files[picture].label) \(record.height) \(record.width)")
        update(folder.files[picture].path)
        withUnsafeBytes(of: record.hash) { hash.update(bufferPointer: $0) }
      }
    }
    return hash.finalize().hexadecimal
  }
}
