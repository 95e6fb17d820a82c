import Crypto
import HDF5

/// What a shard says about its images: the attributes of its root.
public struct ShardDescription: Sendable, Equatable {
  /// Pixels from top to bottom.
  public var height: Int
  /// Pixels from left to right.
  public var width: Int
  /// Bytes a pixel.
  public var channels: Int
  /// Images in the shard.
  public var count: Int
  /// Name of each class.
  public var classNames: [String]
  /// Credit and licence of the pictures.
  public var source: String
  /// Mean of the pixels of each channel, 0 to 1.
  public var mean: [Double]
  /// Deviation of the pixels of each channel from their mean, 0 to 1.
  public var deviation: [Double]

  /// Bytes of one image.
  public var imageByteCount: Int { height * width * channels }

  /// Value of the attribute `sha256`; see ``ShardFormat``.
  func checksum(digests: [UInt64]) -> String {
    let text = """
      \(classNames.joined(separator: "\n"))
      \(height) \(width) \(channels) \(count) \(ShardFormat.version)
      \(source)
      """
    var hash = SHA256()
    digests.map(\.littleEndian).withUnsafeBytes { hash.update(bufferPointer: $0) }
    hash.update(data: Array(text.utf8))
    (mean + deviation).map(\.bitPattern.littleEndian).withUnsafeBytes {
      hash.update(bufferPointer: $0)
    }
    return hash.finalize().hexadecimal
  }

  func write(to file: HDF5File, digests: [UInt64]) throws(HDF5Error) {
    try file.setAttribute("format", to: ShardFormat.name)
    try file.setAttribute("version", to: ShardFormat.version)
    try file.setAttribute("classes", to: classNames)
    try file.setAttribute("height", to: height)
    try file.setAttribute("width", to: width)
    try file.setAttribute("channels", to: channels)
    try file.setAttribute("count", to: count)
    try file.setAttribute("source", to: source)
    try file.setAttribute("mean", to: mean)
    try file.setAttribute("deviation", to: deviation)
    try file.setAttribute("sha256", to: checksum(digests: digests))
  }

  init(
    height: Int, width: Int, channels: Int, count: Int, classNames: [String], source: String,
    mean: [Double], deviation: [Double]
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.count = count
    self.classNames = classNames
    self.source = source
    self.mean = mean
    self.deviation = deviation
  }

  init(readingFrom file: HDF5File) throws(HDF5Error) {
    self.init(
      height: try file.attribute("height", as: Int.self),
      width: try file.attribute("width", as: Int.self),
      channels: try file.attribute("channels", as: Int.self),
      count: try file.attribute("count", as: Int.self),
      classNames: try file.attribute("classes", as: [String].self),
      source: try file.attribute("source", as: String.self),
      mean: try file.attribute("mean", as: [Double].self),
      deviation: try file.attribute("deviation", as: [Double].self))
  }
}
