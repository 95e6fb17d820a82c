internal import CTurboJPEG

/// Makes JPEG files of pictures; those of three channels with colour at half the resolution
/// (4:2:0).
public struct JPEGEncoder {
  /// An encoder; it keeps nothing.
  public init() {}

  /// Encodes a picture.
  ///
  /// - Parameters:
  ///   - image: Grey or RGB, each side 1 to 65,535 pixels.
  ///   - quality: 1 (smallest file) to 100 (closest to the picture).
  /// - Returns: A whole baseline file.
  /// - Throws: ``ImageError/notEncoded(reason:)`` with the library's reason.
  public func encode(_ image: PixelImage, quality: Int) throws(ImageError) -> [UInt8] {
    precondition((1...100).contains(quality), "no JPEG file has quality \(quality)")
    guard let compressor = tjInitCompress() else {
      throw .notEncoded(reason: String(cString: tjGetErrorStr2(nil)))
    }
    defer { tjDestroy(compressor) }
    let isGrey = image.channels == 1
    var file: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    let code = tjCompress2(
      compressor, image.start, CInt(image.width), 0, CInt(image.height),
      CInt((isGrey ? TJPF_GRAY : TJPF_RGB).rawValue), &file, &size,
      CInt((isGrey ? TJSAMP_GRAY : TJSAMP_420).rawValue), CInt(quality), TJFLAG_ACCURATEDCT)
    defer { tjFree(file) }
    guard code == 0 else { throw .notEncoded(reason: String(cString: tjGetErrorStr2(compressor))) }
    return Array(UnsafeBufferPointer(start: file, count: Int(size)))
  }
}
