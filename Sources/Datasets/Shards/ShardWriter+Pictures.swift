extension ShardWriter {
  /// Begins a shard of pictures' files of one size.
  ///
  /// - Parameters:
  ///   - path: Path the shard is to have.
  ///   - height: Pixels of each picture from top to bottom.
  ///   - width: Pixels of each picture from left to right.
  ///   - byteCounts: Bytes of each file, in the order in which they will be appended.
  ///   - classNames: Name of each class.
  /// - Throws: When the file cannot be created.
  package convenience init(
    path: String, height: Int, width: Int, byteCounts: [Int], classNames: [String]
  ) throws(DatasetError) {
    var offsets: [UInt64] = [0]
    for count in byteCounts { offsets.append(offsets[offsets.count - 1] + UInt64(count)) }
    try self.init(
      path: path,
      description: ShardDescription(
        encoding: .file, channels: 3, count: byteCounts.count, classNames: classNames, source: "",
        mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25]),
      pictures: Pictures(
        offsets: offsets, sizes: byteCounts.flatMap { _ in [Int32(height), Int32(width)] },
        sources: byteCounts.indices.map { "\($0).jpg" }))
  }
}
