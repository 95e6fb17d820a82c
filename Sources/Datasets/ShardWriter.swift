import Glibc
import HDF5

/// Writes one shard; until all of it is on the disk and checked, the file has the name `….partial`.
public final class ShardWriter {
  private let path: String
  private let partial: String
  private let file: HDF5File
  private var description: ShardDescription
  private var pending: [UInt8] = []
  private var labels: [Int32] = []
  private var digests: [UInt64] = []
  private var sums: [UInt64]
  private var squares: [UInt64]
  private var isFinished = false

  /// Begins a shard.
  ///
  /// - Parameters:
  ///   - path: Path the shard is to have.
  ///   - images: Size of the images, their channels and classes, and the credit.
  ///   - count: Images that will be appended.
  /// - Throws: When the file cannot be created.
  public init(path: String, images: some ImageSource, count: Int) throws(DatasetError) {
    self.path = path
    let partial = path + ".partial"
    self.partial = partial
    let none = [Double](repeating: 0, count: images.channels)
    description = ShardDescription(
      height: images.height, width: images.width, channels: images.channels, count: count,
      classNames: images.classNames, source: images.credit, mean: none, deviation: none)
    sums = none.map { _ in 0 }
    squares = sums
    let shape = [count, images.height, images.width, images.channels]
    file = try DatasetError.writing(HDF5File(creating: partial))
    try DatasetError.writing(file.createDataset("images", of: UInt8.self, shape: shape))
  }

  deinit {
    if !isFinished { unlink(partial) }
  }

  /// Adds the next image.
  ///
  /// - Parameters:
  ///   - image: Its bytes, `[H, W, C]`.
  ///   - label: Index of its class.
  /// - Precondition: The image has the announced size.
  /// - Throws: When it cannot be written, for example because the disk is full.
  public func append(
    _ image: UnsafeBufferPointer<UInt8>, label: Int32
  ) throws(DatasetError) {
    precondition(
      image.count == description.imageByteCount,
      "an image of \(image.count) bytes is not one of \(description.imageByteCount)")
    digests.append(ShardFormat.digest(image: image, label: label))
    labels.append(label)
    pending.append(contentsOf: image)
    for start in stride(from: 0, to: image.count, by: sums.count) {
      for channel in sums.indices {
        let value = UInt64(image[start + channel])
        sums[channel] += value
        squares[channel] += value * value
      }
    }
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
    describePixels()
    try DatasetError.writing(file.write(labels, to: "labels", shape: [labels.count]))
    try DatasetError.writing(file.write(digests, to: "digests", shape: [digests.count]))
    try DatasetError.writing(description.write(to: file, digests: digests))
    try DatasetError.writing(file.close())
    let written = try Shard(path: partial)
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: description.imageByteCount)
    defer { bytes.deallocate() }
    for image in labels.indices { _ = try written.read(image: image, into: bytes) }
    try DatasetError.writing(HDF5File.publish(partial, as: path))
    isFinished = true
  }

  private func writePending() throws(DatasetError) {
    let rows = labels.count - pending.count / description.imageByteCount..<labels.count
    try pending.withUnsafeBufferPointer { (bytes) throws(DatasetError) in
      try DatasetError.writing(file.write(bytes, to: "images", rows: rows))
    }
    pending.removeAll(keepingCapacity: true)
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
