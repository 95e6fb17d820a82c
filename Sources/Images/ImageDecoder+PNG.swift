internal import CPNG

extension ImageDecoder {
  // A stream that ends where the picture does leaves a few bytes; these inflate to 64 MB at most.
  private static let surplusLimit = 1 << 16

  /// Decodes a PNG file as it is stored.
  func decodePNG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: ImageHeader, into image: PixelImage
  ) throws(ImageError) {
    // The library keeps its address.
    let reading = UnsafeMutablePointer<png_reading>.allocate(capacity: 1)
    reading.initialize(to: png_reading())
    reading.pointee.bytes = bytes.baseAddress
    reading.pointee.count = bytes.count
    reading.pointee.surplus_limit = Self.surplusLimit
    defer {
      png_reading_end(reading)
      reading.deallocate()
    }
    guard png_reading_begin(reading) != 0 else { throw reading.pointee.error }
    image.reshape(height: header.height, width: header.width, channels: 3)
    let hasAlpha = reading.pointee.has_alpha != 0
    if hasAlpha {
      quadruples.reshape(height: header.height, width: 4 * header.width, channels: 1)
    }
    let target = hasAlpha ? quadruples.start : image.start
    guard png_reading_finish(reading, target) != 0 else { throw reading.pointee.error }
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

extension png_reading {
  /// What the library says of its last error.
  fileprivate var error: ImageError {
    if is_bomb != 0 { return .costly(reason: "its pixels go on behind the last of them") }
    let text = withUnsafeBytes(of: reason) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .damaged(reason: text)
  }
}
