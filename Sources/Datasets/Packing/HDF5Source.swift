import Boundary
import HDF5
import Images

/// Images in a plain HDF5 file: datasets `images`, uint8 `[N, H, W]` or `[N, H, W, C]`, and
/// `labels`, integers `[N]`; the root may have the attributes `source` (credit and licence, a
/// string) and `classes` (names, strings).
public final class HDF5Source: ImageSource {
  /// Pixels from top to bottom.
  public let height: Int
  /// Pixels from left to right.
  public let width: Int
  /// Bytes a pixel: 1 or as many as the last axis has.
  public let channels: Int
  /// Name of each class.
  public let classNames: [String]
  /// Credit and licence of the pictures, may be empty.
  public let credit: String
  /// Index of the class of each image.
  public let labels: [Int32]
  /// Path of the file.
  public let name: String

  /// Bytes of the largest image: as many as the largest picture that is decoded has.
  private static let imageByteLimit = 3 * ImageDecoder.pixelLimit

  private let file: HDF5File
  // Compressed files are read some megabytes at a time, lest a chunk be decompressed per image.
  private var block: [UInt8] = []
  private var blockStart = 0

  /// Opens a file of images.
  ///
  /// - Parameters:
  ///   - path: Path of the file.
  ///   - classNames: Names of the classes; `nil` takes the attribute `classes`, or numbers.
  ///   - credit: Credit and licence; `nil` takes the attribute `source`.
  ///   - isAsIs: Whether the images are taken even where they hardly are pictures.
  /// - Throws: When the file cannot be read, has not these datasets, or has labels without a class,
  ///   or images that are no pictures.
  public init(
    path: String, classNames: [String]? = nil, credit: String? = nil, isAsIs: Bool = false
  ) throws(DatasetError) {
    let file = try DatasetError.unpacking(HDF5File(reading: path))
    let shape = try DatasetError.unpacking(file.shape(of: "images"))
    guard (3...4).contains(shape.count), shape.allSatisfy({ $0 > 0 }) else {
      throw .badSource(
        file: path, reason: "images have shape \(shape), not [N, H, W] or [N, H, W, C]")
    }
    try DatasetError.unpacking(file.requireStored("images"))
    guard let size = shape.dropFirst().boundedProduct, size <= Self.imageByteLimit else {
      throw .badSource(
        file: path,
        reason: "an image of \(shape.dropFirst().map(String.init).joined(separator: " × ")) has "
          + "more than \(Self.imageByteLimit) bytes")
    }
    height = shape[1]
    width = shape[2]
    channels = shape.count == 4 ? shape[3] : 1
    try Self.requireUsable(
      count: shape[0], height: height, width: width, channels: channels, isAsIs: isAsIs, in: path)
    let labels: [Int64] = try DatasetError.unpacking(
      file.read("labels", shape: [shape[0]], converting: true))
    let source = try DatasetError.unpacking(
      file.hasAttribute("source") ? file.attribute("source", as: String.self) : "")
    self.credit = credit ?? source
    var names = classNames
    if names == nil, try DatasetError.unpacking(file.hasAttribute("classes")) {
      names = try DatasetError.unpacking(file.attribute("classes", as: [String].self))
    }
    self.classNames = try Self.classNames(of: labels, named: names, in: path)
    self.labels = labels.map(Int32.init)
    name = path
    self.file = file
  }

  /// Reads one image.
  public func read(
    _ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) {
    let size = bytes.count
    if !(blockStart..<blockStart + block.count / size).contains(index) {
      let rows = index..<min(labels.count, index + max(1, (16 << 20) / size))
      var read = [UInt8](repeating: 0, count: rows.count * size)
      try read.withUnsafeMutableBufferPointer { (buffer) throws(DatasetError) in
        try DatasetError.unpacking(file.read("images", rows: rows, into: buffer))
      }
      block = read
      blockStart = rows.lowerBound
    }
    let start = (index - blockStart) * size
    _ = bytes.update(fromContentsOf: block[start..<start + size])
  }
}
