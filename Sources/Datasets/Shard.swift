import HDF5

/// One file of images, labels and checksums in the format of ``ShardFormat``.
///
/// Opening reads everything but the images and checks it. Each image is checked when it is read.
public final class Shard {
  /// Path of the file.
  public let path: String
  /// Size and number of the images, their classes and statistics.
  public let description: ShardDescription
  /// Hash of the digests of all images and of everything else in the file.
  public let sha256: String

  private let labels: [Int32]
  private let digests: [UInt64]
  private var file: HDF5File?

  /// Opens a shard and checks its description, digests and labels.
  ///
  /// - Throws: When the file is missing, damaged, of another version or not a shard, or has a label
  ///   without a class.
  public init(path: String) throws(DatasetError) {
    let file = try DatasetError.reading(HDF5File(reading: path))
    let format = try DatasetError.reading(
      file.hasAttribute("format") ? file.attribute("format", as: String.self) : "")
    guard format == ShardFormat.name else {
      throw .damaged(file: path, reason: "it is an HDF5 file, but not a shard")
    }
    let version = try DatasetError.reading(file.attribute("version", as: Int.self))
    guard version == ShardFormat.version else { throw .wrongVersion(file: path, found: version) }

    let description = try DatasetError.reading(ShardDescription(readingFrom: file))
    guard description.count > 0 else { throw .damaged(file: path, reason: "it has no images") }
    digests = try DatasetError.reading(file.read("digests"))
    let checksum = try DatasetError.reading(file.attribute("sha256", as: String.self))
    guard checksum == description.checksum(digests: digests) else {
      throw .checksumMismatch(file: path, image: nil)
    }
    let shape = [description.count, description.height, description.width, description.channels]
    guard shape.allSatisfy({ $0 > 0 }), description.mean.count == description.channels,
      description.deviation.count == description.channels, digests.count == description.count,
      try DatasetError.reading(file.shape(of: "images")) == shape
    else {
      throw .damaged(file: path, reason: "its datasets do not have the shapes it describes")
    }
    labels = try DatasetError.reading(file.read("labels", shape: [shape[0]]))
    let classCount = description.classNames.count
    for (image, label) in labels.enumerated() where !(0..<classCount).contains(Int(label)) {
      throw .badLabel(file: path, image: image, label: Int(label), classCount: classCount)
    }
    self.path = path
    self.description = description
    sha256 = checksum
    self.file = file
  }

  /// Reads one image and checks it.
  ///
  /// - Parameters:
  ///   - index: Index of the image in this shard.
  ///   - bytes: Room for the image, `[H, W, C]`. Written.
  /// - Returns: The index of its class.
  /// - Throws: When the file cannot be read or the image does not match its digest.
  public func read(
    image index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) -> Int {
    let file = try reopened()
    try DatasetError.reading(file.read("images", rows: index..<index + 1, into: bytes))
    guard
      ShardFormat.digest(image: UnsafeBufferPointer(bytes), label: labels[index])
        == digests[index]
    else { throw .checksumMismatch(file: path, image: index) }
    return Int(labels[index])
  }

  /// Gives the file back to the system until an image is read again.
  func suspend() {
    file = nil
  }

  private func reopened() throws(DatasetError) -> HDF5File {
    if let file { return file }
    let opened = try DatasetError.reading(HDF5File(reading: path))
    file = opened
    return opened
  }
}
