internal import CPNG

extension ImageDecoder {
  /// Decodes a PNG file as it is stored.
  func decodePNG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: ImageHeader, into image: PixelImage
  ) throws(ImageError) {
    var file = png_image()
    file.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&file) }
    guard png_image_begin_read_from_memory(&file, bytes.baseAddress, bytes.count) != 0 else {
      throw .damaged(reason: file.reason)
    }
    // Otherwise 16-bit samples of a file without gamma would count as linear light.
    file.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let hasAlpha = file.format & PNG_FORMAT_FLAG_ALPHA != 0
    file.format = hasAlpha ? PNG_FORMAT_RGB | PNG_FORMAT_FLAG_ALPHA : PNG_FORMAT_RGB
    image.reshape(height: header.height, width: header.width, channels: 3)
    if hasAlpha {
      quadruples.reshape(height: header.height, width: 4 * header.width, channels: 1)
    }
    let target = hasAlpha ? quadruples.start : image.start
    guard png_image_finish_read(&file, nil, target, 0, nil) != 0 else {
      throw .damaged(reason: file.reason)
    }
    if hasAlpha { blendWithWhite(into: image) }
  }

  private func blendWithWhite(into image: PixelImage) {
    var (source, target) = (quadruples.start, image.start)
    for _ in 0..<image.height * image.width {
      let alpha = Int32(source[3])
      for channel in 0..<3 {
        target[channel] = roundedByte(
          overTwoHundredFiftyFive: Int32(source[channel]) * alpha + 255 * (255 - alpha))
      }
      source += 4
      target += 3
    }
  }
}

/// `value` / 255, rounded to the nearest; for values from 0 to 255².
@inline(__always)
func roundedByte(overTwoHundredFiftyFive value: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: (value &+ 128 &+ ((value &+ 128) >> 8)) >> 8)
}

extension png_image {
  /// What the library says of its last error.
  fileprivate var reason: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
