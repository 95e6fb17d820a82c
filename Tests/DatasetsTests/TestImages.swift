import Datasets

/// Images whose bytes are a known function of image and position.
struct TestImages: ImageSource {
  var height = 4
  var width = 3
  var channels = 1
  var classNames = ["zero", "one"]
  var credit = "made up"
  var labels: [Int32] = [0, 1, 0, 1, 1]
  var missingImage: Int?
  var name: String { "test images" }

  func bytes(_ index: Int) -> [UInt8] {
    (0..<height * width * channels).map { UInt8(truncatingIfNeeded: 37 * index + 11 * $0 + 5) }
  }

  func read(_ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) {
    if index == missingImage {
      throw .badSource(file: name, reason: "image \(index) is gone")
    }
    _ = bytes.update(fromContentsOf: self.bytes(index))
  }

  /// Writes all images to one shard.
  func write(to path: String) throws {
    let writer = try ShardWriter(path: path, images: self, count: labels.count)
    for (index, label) in labels.enumerated() {
      try bytes(index).withUnsafeBufferPointer { try writer.append($0, label: label) }
    }
    try writer.finish()
  }
}

extension Dataset {
  /// One sample, as bytes and label.
  func sample(_ index: Int) throws -> (bytes: [UInt8], label: Int) {
    let (shard, image) = locate(index)
    var bytes = [UInt8](repeating: 0, count: place(of: index).byteCount)
    let label = try bytes.withUnsafeMutableBufferPointer {
      try shards[shard].read(image: image, into: $0)
    }
    return (bytes, label)
  }
}
