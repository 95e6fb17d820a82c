import Glibc

extension PackingPlan {
  /// Which shards an earlier run of the same plan has finished; removes what it left unfinished.
  ///
  /// - Parameter output: Folder of the shards.
  /// - Throws: When the folder has a shard of another plan, or a damaged one.
  public func finishedShards(in output: String) throws(DatasetError) -> [Bool] {
    let names = Dictionary(
      shards.enumerated().map { ("\(output)/\($0.element.name)", $0.offset) },
      uniquingKeysWith: { first, _ in first })
    var isFinished = shards.map { _ in false }
    for file in Packer.shards(in: output) {
      guard let index = names[file], try Shard(path: file).description.plan == sha256 else {
        throw .notWritten(
          file: output,
          reason: "it already has \(file) of other pictures or options; name another folder or "
            + "remove its shards")
      }
      isFinished[index] = true
    }
    for set in ["train", "validation"] {
      for file in ShardPath.matches(ShardPath.pattern("\(set)-*.h5.partial", in: output)) {
        unlink(file)
      }
    }
    return isFinished
  }

  /// Writes one shard.
  ///
  /// - Parameters:
  ///   - index: Index of the shard.
  ///   - output: Folder for it.
  ///   - reader: Reads the pictures of the folder in the form of the plan.
  ///   - isWanted: Asked before each picture; `false` ends it and leaves nothing.
  /// - Returns: Whether it was written.
  /// - Throws: When a picture is not what it was any more, or the shard cannot be written.
  public func write(
    shard index: Int, into output: String, reader: PictureReader, while isWanted: () -> Bool
  ) throws(DatasetError) -> Bool {
    let shard = shards[index]
    let files = shard.pictures.map { folder.files[$0] }
    let records = shard.pictures.map { self.records[$0] }
    let (mean, deviation) = PictureRecord.statistics(records)
    let description = ShardDescription(
      encoding: storage.encoding, channels: 3, count: files.count, classNames: folder.classNames,
      source: credit, plan: sha256, mean: mean, deviation: deviation)
    let sizes = records.flatMap { [$0.height, $0.width] }
    var offsets: [UInt64] = [0]
    for record in records {
      let byteCount =
        storage.isDecoded ? 3 * Int(record.height) * Int(record.width) : record.byteCount
      offsets.append(offsets[offsets.count - 1] + UInt64(byteCount))
    }
    let writer = try ShardWriter(
      path: "\(output)/\(shard.name)", description: description,
      pictures: .init(offsets: offsets, sizes: sizes, sources: files.map(\.path)))
    for (file, record) in zip(files, records) {
      guard isWanted() else { return false }
      try writer.append(reader.payload(of: file.path, record: record), label: file.label)
    }
    try writer.finish()
    return true
  }
}
