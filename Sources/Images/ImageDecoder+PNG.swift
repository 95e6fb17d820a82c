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
    guard png_reading_begin(reading) != 0, png_reading_prepare(reading) != 0 else {
      throw reading.pointee.error
    }
    image.reshape(height: header.height, width: header.width, channels: 3)
    let hasAlpha = reading.pointee.has_alpha != 0
    let isInterlaced = reading.pointee.is_interlaced != 0
    guard hasAlpha || isInterlaced else {
      for row in 0..<header.height {
        guard png_reading_row(reading, image.start + 3 * row * header.width) != 0 else {
          throw reading.pointee.error
        }
      }
      return
    }
    row.reshape(height: 1, width: header.width, channels: hasAlpha ? 4 : 3)
    for pass in isInterlaced ? PNGPass.adam7 : [.whole] {
      let (rows, columns) = pass.size(height: header.height, width: header.width)
      for passRow in 0..<(columns > 0 ? rows : 0) {
        guard png_reading_row(reading, row.start) != 0 else { throw reading.pointee.error }
        let place = (pass.top + passRow * pass.down) * header.width + pass.left
        let target = image.start + 3 * place
        if hasAlpha {
          Self.blendWithWhite(row.start, columns, into: target, every: pass.right)
        } else {
          Self.spread(row.start, columns, into: target, every: pass.right)
        }
      }
    }
  }

  /// Puts pixels of three bytes to every `step`-th place.
  private static func spread(
    _ source: UnsafePointer<UInt8>, _ count: Int, into target: UnsafeMutablePointer<UInt8>,
    every step: Int
  ) {
    for pixel in 0..<count {
      for channel in 0..<3 { target[3 * step * pixel + channel] = source[3 * pixel + channel] }
    }
  }

  /// Puts pixels of four bytes, over white, to every `step`-th place.
  private static func blendWithWhite(
    _ source: UnsafePointer<UInt8>, _ count: Int, into target: UnsafeMutablePointer<UInt8>,
    every step: Int
  ) {
    for pixel in 0..<count {
      let alpha = Int32(source[4 * pixel + 3])
      for channel in 0..<3 {
        target[3 * step * pixel + channel] = roundedByte(
          overTwoHundredFiftyFive: Int32(source[4 * pixel + channel]) * alpha + 255 * (255 - alpha))
      }
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
