import Boundary

/// Images in the idx format of MNIST: one file of grey pictures and one of labels, uncompressed.
///
/// Format: http://yann.lecun.com/exdb/mnist/ (big-endian magic number, then the extents, then
/// bytes); EMNIST, KMNIST and Fashion-MNIST use it too.
public struct IDXSource: ImageSource {
  /// Pixels from top to bottom.
  public let height: Int
  /// Pixels from left to right.
  public let width: Int
  /// One: grey.
  public let channels = 1
  /// Name of each class.
  public let classNames: [String]
  /// Credit and licence of the pictures, may be empty.
  public let credit: String
  /// Index of the class of each image.
  public let labels: [Int32]
  /// Path of the file of images.
  public let name: String

  private let file: RegularFile
  private let firstByte: Int

  /// Opens a file of images and its file of labels.
  ///
  /// - Parameters:
  ///   - images: Path of a file like `train-images-idx3-ubyte`.
  ///   - labels: Path of a file like `train-labels-idx1-ubyte`.
  ///   - classNames: Names of the classes; `nil` names them by their numbers.
  ///   - credit: Credit and licence of the pictures.
  ///   - isAsIs: Whether they are taken even where they hardly are pictures.
  /// - Throws: When a file is missing, compressed, of another kind, or not as long as it says, the
  ///   two do not belong together, or they are no pictures.
  public init(
    images: String, labels: String, classNames: [String]? = nil, credit: String = "",
    isAsIs: Bool = false
  ) throws(DatasetError) {
    let pictures = try Self.read(images, axes: 3)
    let marks = try Self.read(labels, axes: 1)
    guard pictures.extents[0] == marks.extents[0] else {
      throw .badSource(
        file: images,
        reason: "it has \(pictures.extents[0]) images, but \(labels) has \(marks.extents[0]) labels"
      )
    }
    name = images
    height = pictures.extents[1]
    width = pictures.extents[2]
    file = pictures.file
    firstByte = pictures.firstByte
    self.credit = credit
    try Self.requireUsable(
      count: marks.extents[0], height: height, width: width, channels: channels, isAsIs: isAsIs,
      in: images)
    self.labels = try Self.labels(of: marks.file, from: marks.firstByte)
    self.classNames = try Self.classNames(of: self.labels, named: classNames, in: labels)
  }

  /// The labels, which are bytes.
  private static func labels(
    of file: RegularFile, from firstByte: Int
  ) throws(DatasetError) -> [Int32] {
    var labels: [Int32] = []
    labels.reserveCapacity(file.byteCount - firstByte)
    try DatasetError.openingSource(
      file.forEachPiece(of: firstByte..<file.byteCount) { piece in
        labels.append(contentsOf: piece.lazy.map(Int32.init))
      })
    return labels
  }

  /// Reads one image.
  public func read(
    _ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) {
    try DatasetError.openingSource(
      file.read(
        at: firstByte + index * bytes.count, into: UnsafeMutableRawBufferPointer(bytes)))
  }

  /// Checks the head of a file against its length and returns where the rest begins.
  private static func read(
    _ path: String, axes: Int
  ) throws(DatasetError) -> (extents: [Int], file: RegularFile, firstByte: Int) {
    let file = try DatasetError.openingSource(RegularFile(path))
    let head = 4 + 4 * axes
    let data = try DatasetError.openingSource(
      file.bytes(0..<min(head, file.byteCount)))
    if data.starts(with: [0x1f, 0x8b]) {
      throw .badSource(file: path, reason: "it is compressed; decompress it with gunzip first")
    }
    // Two zero bytes, 8 for unsigned bytes, and the number of axes.
    guard data.starts(with: [0, 0, 8, UInt8(axes)]) else {
      throw .badSource(file: path, reason: "it is not an idx file of bytes with \(axes) axes")
    }
    guard data.count == head else {
      throw .badSource(file: path, reason: "it ends within its first \(head) bytes; copy it again")
    }
    let extents = (1...axes).map { axis in
      data[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw .badSource(file: path, reason: "it is empty: its extents are \(extents)")
    }
    // Three extents of 32 bits overflow 64.
    let expected = extents.reduce(UInt128(1)) { $0 * UInt128($1) } + UInt128(head)
    guard expected == UInt128(file.byteCount) else {
      throw .badSource(
        file: path,
        reason: "it has \(file.byteCount) bytes, but extents \(extents) need \(expected); "
          + "copy it again")
    }
    return (extents, file, head)
  }
}
