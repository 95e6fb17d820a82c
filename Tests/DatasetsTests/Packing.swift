import Datasets

/// Lists, checks and plans the pictures of a folder, as the command does.
func plan(
  _ root: String, list: String? = nil, storage: PictureStorage = PictureStorage(),
  packer: Packer = Packer(validation: .fraction(0.2)), credit: String = "made up"
) throws -> PackingPlan {
  let folder = try PictureFolder(path: root, validationList: list)
  let reader = PictureReader(root: root, storage: storage)
  var faults: [SkippedPicture] = []
  let records = folder.files.map { file in
    do throws(PictureFault) {
      return try reader.record(of: file.path)
    } catch {
      faults.append(SkippedPicture(path: file.path, reason: error.reason))
      return PictureRecord.none
    }
  }
  return try PackingPlan(
    folder, records: records, faults: faults, storage: storage, packer: packer, credit: credit)
}

/// Writes all shards of a plan and returns their paths.
func write(_ plan: PackingPlan, into folder: String) throws -> [String] {
  try Packer.create(folder)
  let reader = PictureReader(root: plan.folder.path, storage: plan.storage)
  return try plan.shards.indices.map { shard in
    _ = try plan.write(shard: shard, into: folder, reader: reader) { true }
    return "\(folder)/\(plan.shards[shard].name)"
  }
}
