/// Why a picture file could not be read or written. The caller knows the file's name.
public enum ImageError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The file has no bytes.
  case empty
  /// The file begins like no known kind of picture.
  case unknownFormat
  /// The file is a picture of a kind that is not read, such as GIF.
  case unsupported(format: String)
  /// The file is a JPEG file of a kind that the library cannot decode, such as one of 12 bits.
  case unsupportedJPEG(kind: String)
  /// The file ends before the picture does.
  case truncated
  /// The file contradicts itself or its format; the reason is often the library's.
  case damaged(reason: String)
  /// The file asks for much more work than its pixels.
  case costly(reason: String)
  /// The header names more pixels than the `limit` of pictures like it, which is
  /// ``ImageDecoder/pixelLimit`` or less.
  case tooLarge(height: Int, width: Int, limit: Int)
  /// The picture could not be made into a file.
  case notEncoded(reason: String)

  /// One line that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .empty:
      "the file is empty; copy it again"
    case .unknownFormat:
      "the file is neither JPEG nor PNG, whatever its name says; convert it or leave it out"
    case .unsupported(let format):
      "it is \(format), whatever its name says; convert it to JPEG or PNG"
    case .unsupportedJPEG(let kind):
      "it is a JPEG file \(kind), which is not read; convert it to PNG or to JPEG of 8 bits, as "
        + "djpeg of libjpeg-turbo 3 and ImageMagick can"
    case .costly(let reason):
      "\(reason), more than a picture of its size needs; leave it out or convert it"
    case .truncated:
      "the file ends before the picture does; copy it again"
    case .damaged(let reason):
      "the file is damaged (\(reason)); copy it again or leave it out"
    case .tooLarge(let height, let width, let limit):
      "\(width) × \(height) pixels are more than the \(limit / 1_000_000) million that are read of "
        + "a file of its kind; make it smaller or leave it out"
    case .notEncoded(let reason):
      "the picture cannot be encoded: \(reason)"
    }
  }
}
