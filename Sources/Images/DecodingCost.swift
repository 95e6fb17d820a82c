/// What decoding a picture takes at most, as far as its header and its length tell.
///
/// A small file can ask for much work: a second and 600 MB are enough for pictures of 100 million
/// pixels from cameras, and too little to stop a loader or to end it.
///
/// The constants are nanoseconds of one core (Zen 3, libjpeg-turbo 2.1, libpng 1.6 with zlib 1.2),
/// measured with the most costly contents: noise, and sums of few bits that are hard to predict.
struct DecodingCost {
  private static let longest = 1.3e9
  private static let mostBytes = 620_000_000.0
  // What a scan without bytes takes for a pixel, and the scans of common progressive files, which
  // are in the constants.
  private static let scan = 0.3
  private static let usualScans = 10

  let pixels: Double
  /// For the pixels, and for the bytes of the file.
  let pixelNanoseconds, byteNanoseconds: Double
  let memory: Double

  /// A JPEG file with so many samples of all components a pixel.
  ///
  /// Coefficients of files of many scans are kept in two bytes each.
  static func jpeg(
    pixels: Double, samples: Double, isCMYK: Bool, hasManyScans: Bool, isArithmetic: Bool,
    isTurned: Bool, byteCount: Int
  ) -> DecodingCost {
    let ofPixel = isArithmetic ? 10 * samples : hasManyScans ? 5 * samples : 1.5 + samples
    let ofByte = isArithmetic ? 160.0 : hasManyScans ? 36 : 12
    let memory = (isCMYK ? 4 : 3) + (hasManyScans ? 2 * samples : 0) + (isTurned ? 3 : 0)
    return DecodingCost(
      pixels: pixels, pixelNanoseconds: pixels * ofPixel,
      byteNanoseconds: Double(byteCount) * ofByte, memory: pixels * memory)
  }

  /// A PNG file with so many bits a sample and samples a pixel.
  ///
  /// Its bytes do not count: inflating few of them to many takes as long as many of them.
  static func png(pixels: Double, bits: Int, samples: Int, isTurned: Bool) -> DecodingCost {
    let ofPixel = 11 * Double(bits * samples) / 8 + (bits > 8 ? 13 : 7)
    return DecodingCost(
      pixels: pixels, pixelNanoseconds: pixels * ofPixel, byteNanoseconds: 0,
      memory: pixels * (isTurned ? 6 : 3))
  }

  /// Refuses a picture that takes more than one may.
  func requireBounded(height: Int, width: Int) throws(ImageError) {
    let excess = max(
      (pixelNanoseconds + byteNanoseconds) / Self.longest, memory / Self.mostBytes,
      pixels / Double(ImageDecoder.pixelLimit))
    guard excess > 1 else { return }
    if byteNanoseconds > pixelNanoseconds, pixels <= Double(ImageDecoder.pixelLimit) {
      throw .costly(reason: "it is coded in many bytes")
    }
    throw .tooLarge(height: height, width: width, limit: Int(pixels / excess))
  }

  /// Most scans of a file, as long as the others of them have no bytes.
  var scanLimit: Int {
    let left = Self.longest - pixelNanoseconds - byteNanoseconds
    return Self.usualScans + Int(left / (Self.scan * pixels))
  }
}
