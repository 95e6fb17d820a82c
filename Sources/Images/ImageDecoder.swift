/// Decodes JPEG and PNG files in memory to upright RGB pictures of 8 bits a channel.
///
/// Grey is replicated. Transparent pixels are blended with white, as most viewers show them. CMYK
/// is taken to be inverted, as nearly all programs write it, and converted without colour profile.
/// Samples of 16 bits are rounded to 8. Profiles are ignored, except that a PNG file that names a
/// gamma other than sRGB's is converted to sRGB.
///
/// A file that ends early is an error even where most of the picture is there. What cameras get
/// wrong without harm to the picture is accepted: extraneous bytes before a marker, unknown
/// versions of JFIF, a bad profile, and anything behind the end.
///
/// One thread at a time may use a decoder; it keeps its memory from picture to picture.
public final class ImageDecoder {
  /// Pixels of the largest picture that is decoded, of the kinds that cost least; headers that name
  /// more, or more than their kind allows, are refused before memory is reserved.
  ///
  /// A picture costs at most about a second of a core and 600 MB. So JPEG files can have all these
  /// pixels, but progressive ones, of which all coefficients are kept, 45 to 90 million, depending
  /// on their chroma and bytes; PNG files can have 32 million in colour, 25 with alpha, 72 in grey
  /// or of a palette, and about half of that with 16 bits a sample.
  public static let pixelLimit = 100_000_000

  /// Bytes of the largest file that is decoded: as many as the most costly pixels take
  /// uncompressed, and what else a file has.
  public static let byteLimit = 1 << 27

  /// The picture as stored, where it has to be turned.
  private let stored = PixelImage()
  /// A row of a PNG file whose pixels are to be blended or spread.
  let row = PixelImage()

  /// A decoder without memory.
  public init() {}

  /// Reads format and upright size of a whole file without decoding it.
  ///
  /// - Throws: If the header alone shows that the file cannot be decoded.
  public func describe(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(ImageError) -> ImageDescription {
    try ImageHeader(bytes).description
  }

  /// Decodes a whole file.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - reduction: 1, 2, 4 or 8. A JPEG file is decoded to one pixel for each square of so many,
  ///     at a fraction of the cost, and its sides become ⌈side / reduction⌉; a PNG file keeps its
  ///     size.
  ///   - image: Receives the pixels, `[height, width, 3]`. Undefined after an error.
  public func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, reduction: Int = 1, into image: PixelImage
  ) throws(ImageError) {
    precondition([1, 2, 4, 8].contains(reduction), "a JPEG file cannot be reduced by \(reduction)")
    let header = try ImageHeader(bytes)
    let target = header.orientation == .upright ? image : stored
    switch header.format {
    case .jpeg: try decodeJPEG(bytes, header, reduction: reduction, into: target)
    case .png: try decodePNG(bytes, header, into: target)
    }
    if header.orientation != .upright { image.copy(stored, orientation: header.orientation) }
  }
}
