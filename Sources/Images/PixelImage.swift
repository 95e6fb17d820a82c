/// A picture of 8-bit pixels in memory, `[height, width, channels]`, row after row without gaps.
///
/// Memory is kept when the picture is reshaped and grows when a larger one needs it, so that a
/// loader thread that works through pictures soon stops allocating.
public final class PixelImage {
  /// Pixels from top to bottom.
  public private(set) var height = 0
  /// Pixels from left to right.
  public private(set) var width = 0
  /// Bytes a pixel: 1 (grey), 3 (red, green, blue), or whatever an array has.
  public private(set) var channels = 0
  /// The first byte of the first row; stays until the picture is reshaped.
  public private(set) var start: UnsafeMutablePointer<UInt8>
  private var capacity = 1

  /// A picture without pixels.
  public init() { start = .allocate(capacity: 1) }

  /// A picture whose pixels are not set.
  public convenience init(height: Int, width: Int, channels: Int) {
    self.init()
    reshape(height: height, width: width, channels: channels)
  }

  deinit { start.deallocate() }

  /// Bytes of the picture.
  public var byteCount: Int { height * width * channels }

  /// All bytes of the picture.
  public var bytes: UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(start: start, count: byteCount)
  }

  /// Changes the shape; the pixels are not set afterwards.
  ///
  /// - Precondition: No size is negative, and there are channels.
  public func reshape(height: Int, width: Int, channels: Int) {
    precondition(
      height >= 0 && width >= 0 && channels > 0,
      "\(height) × \(width) × \(channels) is no picture")
    self.height = height
    self.width = width
    self.channels = channels
    guard byteCount > capacity else { return }
    start.deallocate()
    capacity = byteCount
    start = .allocate(capacity: capacity)
  }

  /// Takes the first bytes as the pixels of a picture of fewer channels.
  func narrow(channels: Int) {
    precondition((1...self.channels).contains(channels), "the picture has fewer channels")
    self.channels = channels
  }

  /// Becomes a copy of another picture.
  public func copy(_ other: PixelImage) {
    reshape(height: other.height, width: other.width, channels: other.channels)
    start.update(from: other.start, count: other.byteCount)
  }
}
