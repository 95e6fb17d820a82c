import Boundary

extension Shard {
  /// Reads a whole shard and checks every byte.
  ///
  /// - Returns: The shard. Where it has no seal (version 1), only the checksums in it could be
  ///   checked, of the images, labels and description.
  /// - Throws: When anything in the file is not what was written; a damaged image is named.
  public static func verified(path: String) throws(DatasetError) -> Shard {
    let shard = try Shard(path: path)
    let largest = (0..<shard.description.count).lazy.map { shard.place(of: $0).byteCount }.max()
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: largest ?? 0)
    defer { bytes.deallocate() }
    for image in 0..<shard.description.count { try shard.read(image: image, into: bytes) }
    if let seal = shard.seal, try ShardSeal(of: shard.file, images: seal.images) != seal {
      throw .checksumMismatch(file: path, image: nil)
    }
    return shard
  }

  /// Whether a seal proves every byte of the file.
  public var isSealed: Bool { seal != nil }

  /// Whether a file begins like a shard with a seal.
  public static func isSealed(_ path: String) throws(DatasetError) -> Bool {
    try ShardSeal(readFrom: DatasetError.opening(RegularFile(path))) != nil
  }
}
