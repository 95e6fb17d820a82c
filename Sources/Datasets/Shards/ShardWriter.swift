import Glibc
import HDF5

/// Writes one shard; until all of it is on the disk and checked, the file has the name `….partial`.
public final class ShardWriter {
  private let path: String
  private let partial: String
  private let file: HDF5File
  private let pictures: Pictures?
  private var description: ShardDescription
  private var pending: [UInt8] = []
  private var written = 0
  private var labels: [Int32] = []
  private var digests: [UInt64] = []
  private var sums: [UInt64]
  private var squares: [UInt64]
  private var isFinished = false

  /// What is known of pictures before their bytes.
  struct Pictures {
    /// Where each begins in the array of all, and where the last ends.
    var offsets: [UInt64]
    /// Height and width of each.
    var sizes: [Int32]
    /// Where each comes from.
    var sources: [String]
  }

  /// Begins a shard of images of one size.
  ///
  /// - Parameters:
  ///   - path: Path the shard is to have.
  ///   - images: Size of the images, their channels and classes, and the credit.
  ///   - count: Images that will be appended.
  /// - Throws: When the file cannot be created.
  public convenience init(
    path: String, images: some ImageSource, count: Int
  ) throws(DatasetError) {
    let none = [Double](repeating: 0, count: images.channels)
    let description = ShardDescription(
      height: images.height, width: images.width, channels: images.channels, count: count,
      classNames: images.classNames, source: images.credit, mean: none, deviation: none)
    try self.init(path: path, description: description, pictures: nil)
  }

  /// Begins a shard whose description, but for the statistics of an array, is known.
  init(
    path: String, description: ShardDescription, pictures: Pictures?
  ) throws(DatasetError) {
    self.path = path
    self.description = description
    self.pictures = pictures
    partial = path + ".partial"
    sums = description.mean.map { _ in 0 }
    squares = sums
    // A link of that name would be followed, and what it leads to be overwritten.
    unlink(partial)
    file = try DatasetError.writing(
      HDF5File(creating: partial, userBlock: ShardSeal.byteCount))
    if let pictures {
      try DatasetError.writing(
        file.createDataset("bytes", of: UInt8.self, shape: [Int(pictures.offsets.last ?? 0)]))
    } else {
      let shape = [
        description.count, description.height, description.width, description.channels,
      ]
      try DatasetError.writing(file.createDataset("images", of: UInt8.self, shape: shape))
    }
  }

  deinit {
    if !isFinished { unlink(partial) }
  }

  /// Adds the next image.
  ///
  /// - Parameters:
  ///   - image: Its bytes: pixels `[H, W, C]`, or a JPEG or PNG file.
  ///   - label: Index of its class.
  /// - Precondition: The image has the announced size.
  /// - Throws: When it cannot be written, for example because the disk is full.
  public func append(
    _ image: UnsafeBufferPointer<UInt8>, label: Int32
  ) throws(DatasetError) {
    let index = labels.count
    let expected =
      pictures.map { Int($0.offsets[index + 1] - $0.offsets[index]) }
      ?? description.imageByteCount
    precondition(
      image.count == expected, "an image of \(image.count) bytes is not one of \(expected)")
    digests.append(ShardFormat.digest(image: UnsafeRawBufferPointer(image), label: label))
    labels.append(label)
    pending.append(contentsOf: image)
    if pictures == nil { addStatistics(of: image) }
    // A few megabytes at a time: small writes cost more for finding the dataset than for the bytes.
    if pending.count >= 4 << 20 { try writePending() }
  }

  /// Completes the file, reads it back, and gives it its name.
  ///
  /// - Precondition: As many images as announced were appended.
  /// - Throws: When the file cannot be written, or what is read back is not what was appended.
  public func finish() throws(DatasetError) {
    precondition(labels.count == description.count, "images are missing from \(path)")
    try writePending()
    if let pictures {
      let count = labels.count
      try DatasetError.writing(file.write(pictures.offsets, to: "offsets", shape: [count + 1]))
      try DatasetError.writing(file.write(pictures.sizes, to: "sizes", shape: [count, 2]))
      try DatasetError.writing(file.write(pictures.sources, to: "sources"))
    } else {
      describePixels()
    }
    try DatasetError.writing(file.write(labels, to: "labels", shape: [labels.count]))
    try DatasetError.writing(file.write(digests, to: "digests", shape: [digests.count]))
    let checksum = description.checksum(
      digests: digests, offsets: pictures?.offsets ?? [], sizes: pictures?.sizes ?? [],
      sources: pictures?.sources ?? [])
    try DatasetError.writing(description.write(to: file, checksum: checksum))
    try DatasetError.writing(file.close())
    try ShardSeal.write(to: partial)
    _ = try Shard.verified(path: partial)
    try DatasetError.writing(HDF5File.publish(partial, as: path))
    isFinished = true
  }

  /// Images of an array are rows of their dataset, pictures runs of bytes.
  private func writePending() throws(DatasetError) {
    let size = pictures == nil ? description.imageByteCount : 1
    let rows = written / size..<(written + pending.count) / size
    try pending.withUnsafeBufferPointer { (bytes) throws(DatasetError) in
      try DatasetError.writing(
        file.write(bytes, to: pictures == nil ? "images" : "bytes", rows: rows))
    }
    written += pending.count
    pending.removeAll(keepingCapacity: true)
  }

  private func addStatistics(of image: UnsafeBufferPointer<UInt8>) {
    // Variables of its own: the runtime tracks each access to those of an object.
    var (sums, squares) = (sums, squares)
    defer { (self.sums, self.squares) = (sums, squares) }
    for start in stride(from: 0, to: image.count, by: sums.count) {
      for channel in sums.indices {
        let value = UInt64(image[start + channel])
        sums[channel] += value
        squares[channel] += value * value
      }
    }
  }

  /// Mean and deviation from sums that are exact, whatever the number of pixels.
  private func describePixels() {
    let count = UInt128(description.count * description.height * description.width)
    for channel in sums.indices {
      let sum = UInt128(sums[channel])
      let spread = count * UInt128(squares[channel]) - sum * sum
      description.mean[channel] = Double(sum) / Double(count) / 255
      description.deviation[channel] = Double(spread).squareRoot() / Double(count) / 255
    }
  }
}
