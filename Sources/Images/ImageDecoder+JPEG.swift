internal import CTurboJPEG

extension ImageDecoder {
  /// Warnings after which part of the picture is wrong or missing, in the library's words; others
  /// do no harm.
  private static let damage = [
    "premature end of data segment", "bad Huffman code", "bad arithmetic code", "instead of RST",
  ]

  /// Decodes a JPEG file as it is stored, with the accurate transform and smooth chroma.
  func decodeJPEG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: ImageHeader, reduction: Int,
    into image: PixelImage
  ) throws(ImageError) {
    if header.hasManyScans { try Self.requireFewScans(bytes, header.cost) }
    let height = (header.height + reduction - 1) / reduction
    let width = (header.width + reduction - 1) / reduction
    image.reshape(height: height, width: width, channels: header.isCMYK ? 4 : 3)
    // An instance that lives on keeps the tables of its last picture and would lend them to a file
    // that lacks its own: the result would depend on what was decoded before.
    guard let decompressor = tjInitDecompress() else {
      throw .damaged(reason: String(cString: tjGetErrorStr2(nil)))
    }
    defer { tjDestroy(decompressor) }
    let code = tjDecompress2(
      decompressor, bytes.baseAddress, UInt(bytes.count), image.start, CInt(width), 0, CInt(height),
      CInt((header.isCMYK ? TJPF_CMYK : TJPF_RGB).rawValue), TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
    if code != 0 {
      let reason = String(cString: tjGetErrorStr2(decompressor))
      let isWarning = tjGetErrorCode(decompressor) == CInt(TJERR_WARNING.rawValue)
      // The library tells its first warning only, so whether the end is there is looked up.
      let isWhole = JPEGSegments(bytes).contains { $0.marker == JPEGSegments.endOfImage }
      if !isWhole { throw .truncated }
      if reason.contains("arithmetic coding is not implemented") {
        throw .unsupportedJPEG(kind: "in arithmetic coding")
      }
      if !isWarning || Self.damage.contains(where: reason.contains) {
        throw .damaged(reason: reason)
      }
    }
    if header.isCMYK { Self.convertCMYK(image) }
  }

  /// Refuses a file whose scans go over the pixels again and again without having bytes for them.
  private static func requireFewScans(
    _ bytes: UnsafeBufferPointer<UInt8>, _ cost: DecodingCost
  ) throws(ImageError) {
    let limit = cost.scanLimit
    var count = 0
    for segment in JPEGSegments(bytes) where segment.marker == JPEGSegments.scan {
      count += 1
      guard count <= limit else {
        throw .costly(reason: "it goes more than \(limit) times over its pixels")
      }
    }
  }

  /// Takes light away as the inks do: what black leaves, less the share of each colour.
  private static func convertCMYK(_ image: PixelImage) {
    var (source, target) = (image.start, image.start)
    for _ in 0..<image.height * image.width {
      // Inverted: 255 is no ink.
      let light = Int32(source[3])
      for channel in 0..<3 {
        target[channel] = roundedByte(overTwoHundredFiftyFive: Int32(source[channel]) * light)
      }
      source += 4
      target += 3
    }
    image.narrow(channels: 3)
  }
}
