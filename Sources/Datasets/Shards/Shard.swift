import Boundary
import HDF5

/// One file of images, labels and checksums in the format of ``ShardFormat``.
///
/// Opening reads everything but the images and checks it, with HDF5, hence on the main thread.
/// Afterwards any thread reads images, each of which is checked, from its place in the file.
public final class Shard: Sendable {
  /// Where an image lies and what it is.
  public struct Place: Sendable, Equatable {
    /// First byte in the file.
    public let offset: Int
    /// Bytes in the file.
    public let byteCount: Int
    /// Pixels from top to bottom, upright.
    public let height: Int
    /// Pixels from left to right, upright.
    public let width: Int
    /// Bytes a pixel, once it is decoded.
    public let channels: Int
    /// Index of its class.
    public let label: Int32
  }

  /// Path of the file.
  public let path: String
  /// Size and number of the images, their classes and statistics.
  public let description: ShardDescription
  /// Hash of the digests of all images and of everything else in the file.
  public let sha256: String
  /// Bytes of the file.
  public var byteCount: Int { file.byteCount }

  let file: RegularFile
  let seal: ShardSeal?
  private let images: Range<Int>
  private let labels: [Int32]
  private let digests: [UInt64]
  /// Where each picture begins, from the first, and where the last ends; none for an array.
  private let offsets: [UInt64]
  private let sizes: [Int32]
  private let sources: (start: Int, byteCount: Int)?

  /// Opens a shard and checks its description, digests and labels.
  ///
  /// - Throws: When the file is missing, damaged, of another version or not a shard, or has a label
  ///   without a class.
  public init(path: String) throws(DatasetError) {
    let content = try DatasetError.opening(RegularFile(path))
    seal = try ShardSeal(readFrom: content)
    try seal?.requireOthers(of: content)
    let file = try DatasetError.reading(HDF5File(reading: content))
    let format = try DatasetError.reading(
      file.hasAttribute("format") ? file.attribute("format", as: String.self) : "")
    guard format == ShardFormat.name else {
      throw .damaged(file: path, reason: "it is an HDF5 file, but not a shard")
    }
    let version = try DatasetError.reading(file.attribute("version", as: Int.self))
    guard ShardFormat.readableVersions.contains(version) else {
      throw .wrongVersion(file: path, found: version)
    }
    guard version == 1 || seal != nil else {
      throw .damaged(file: path, reason: "its first \(ShardSeal.byteCount) bytes are damaged")
    }
    let description = try ShardDescription(readingFrom: file, version: version)
    digests = try DatasetError.reading(file.read("digests", shape: [description.count]))
    sha256 = try DatasetError.reading(file.attribute("sha256", as: String.self))
    // The seal has proved that of later versions.
    guard version > 1 || sha256 == description.checksum(digests: digests) else {
      throw .checksumMismatch(file: path, image: nil)
    }
    let count = description.count
    labels = try DatasetError.reading(file.read("labels", shape: [count]))
    let classCount = description.classNames.count
    for (image, label) in labels.enumerated() where !(0..<classCount).contains(Int(label)) {
      throw .badLabel(file: path, image: image, label: Int(label), classCount: classCount)
    }
    if description.encoding == .array {
      let shape = [count, description.height, description.width, description.channels]
      guard shape.allSatisfy({ $0 > 0 }),
        try DatasetError.reading(file.shape(of: "images")) == shape
      else { throw Self.misshapen(path) }
      images = try DatasetError.reading(file.placement(of: "images"))
      guard images.count == shape.boundedProduct else { throw Self.misshapen(path) }
      (offsets, sizes, sources) = ([], [], nil)
    } else {
      images = try DatasetError.reading(file.placement(of: "bytes"))
      offsets = try DatasetError.reading(file.read("offsets", shape: [count + 1]))
      sizes = try DatasetError.reading(file.read("sizes", shape: [count, 2]))
      let names = try DatasetError.reading(file.placement(of: "sources"))
      sources = (
        names.lowerBound, try DatasetError.reading(file.stringByteCount(of: "sources"))
      )
      try Self.requireOrder(
        offsets, sizes, byteCount: images.count, isPixels: description.encoding == .pixels, path)
      guard names.count == count.saturatingProduct(sources?.byteCount ?? 0) else {
        throw Self.misshapen(path)
      }
    }
    guard images.upperBound <= content.byteCount else {
      throw .damaged(file: path, reason: "it is truncated")
    }
    self.path = path
    self.description = description
    self.file = content
  }

  /// Where an image lies and what it is.
  public func place(of image: Int) -> Place {
    if description.encoding == .array {
      return Place(
        offset: images.lowerBound + image * description.imageByteCount,
        byteCount: description.imageByteCount, height: description.height,
        width: description.width, channels: description.channels, label: labels[image])
    }
    return Place(
      offset: images.lowerBound + Int(offsets[image]),
      byteCount: Int(offsets[image + 1] - offsets[image]), height: Int(sizes[2 * image]),
      width: Int(sizes[2 * image + 1]), channels: description.channels, label: labels[image])
  }

  /// Reads one image and checks it; on any thread.
  ///
  /// - Parameters:
  ///   - index: Index of the image in this shard.
  ///   - bytes: Room for the bytes of ``place(of:)``, or more: pixels `[H, W, C]`, or a JPEG or PNG
  ///     file. Written.
  /// - Returns: The index of its class.
  /// - Throws: When the file cannot be read or the image does not match its digest.
  @discardableResult
  public func read(
    image index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) -> Int {
    let place = place(of: index)
    precondition(
      bytes.count >= place.byteCount,
      "an image of \(place.byteCount) bytes does not fit into \(bytes.count)")
    let room = UnsafeMutableRawBufferPointer(
      start: bytes.baseAddress, count: place.byteCount)
    try DatasetError.opening(file.read(at: place.offset, into: room))
    let digest = ShardFormat.digest(image: UnsafeRawBufferPointer(room), label: place.label)
    guard digest == digests[index] else {
      throw .checksumMismatch(file: path, image: index, source: source(of: index))
    }
    return Int(place.label)
  }

  /// Path of the file that a picture was, as it was packed; `nil` where the shard does not know.
  public func source(of image: Int) -> String? {
    guard let sources else { return nil }
    var name = [UInt8](repeating: 0, count: sources.byteCount)
    let isRead = name.withUnsafeMutableBytes { bytes in
      (try? file.read(at: sources.start + image * sources.byteCount, into: bytes)) != nil
    }
    return isRead ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : nil
  }

  /// Tells the system that these images will be read soon; it does not wait.
  public func prefetch(images: Range<Int>) {
    if images.isEmpty { return }
    let last = place(of: images.upperBound - 1)
    file.prefetch(place(of: images.lowerBound).offset..<last.offset + last.byteCount)
  }

  private static func requireOrder(
    _ offsets: [UInt64], _ sizes: [Int32], byteCount: Int, isPixels: Bool, _ path: String
  ) throws(DatasetError) {
    guard offsets[0] == 0, offsets[offsets.count - 1] == UInt64(byteCount) else {
      throw misshapen(path)
    }
    for image in 0..<offsets.count - 1 {
      let (height, width) = (sizes[2 * image], sizes[2 * image + 1])
      guard height > 0, width > 0, offsets[image] < offsets[image + 1],
        !isPixels || offsets[image + 1] - offsets[image] == UInt64(height) * UInt64(width) * 3
      else { throw misshapen(path) }
    }
  }

  private static func misshapen(_ path: String) -> DatasetError {
    .damaged(file: path, reason: "its datasets do not have the shapes it describes")
  }
}
