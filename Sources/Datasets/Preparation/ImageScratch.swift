import Images

/// What one thread needs to prepare images, kept from image to image.
public final class ImageScratch {
  let decoder = ImageDecoder()
  let resizer = ImageResizer()
  private var file = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1)
  /// The picture as it is stored.
  let picture = PixelImage()
  /// The picture at the network's resolution, and the next state of it.
  var current = PixelImage()
  var other = PixelImage()

  /// Scratch for one thread.
  public init() {}

  deinit { file.deallocate() }

  /// Room for a picture's file; what was in it is lost.
  func file(byteCount: Int) -> UnsafeMutableBufferPointer<UInt8> {
    if byteCount > file.count {
      file.deallocate()
      file = .allocate(capacity: byteCount)
    }
    return UnsafeMutableBufferPointer(rebasing: file[..<byteCount])
  }
}
