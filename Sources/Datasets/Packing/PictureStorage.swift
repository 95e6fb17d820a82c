/// In what form pictures are packed.
public struct PictureStorage: Sendable, Equatable {
  /// Whether pixels are stored instead of JPEG and PNG files.
  public let isDecoded: Bool
  /// Pixels that the shorter side of larger pictures is reduced to; `nil` keeps all sizes.
  public let shorterSide: Int?

  /// Files as they are, or, decoded, their pixels.
  public init(isDecoded: Bool = false, shorterSide: Int? = nil) {
    self.isDecoded = isDecoded || shorterSide != nil
    self.shorterSide = shorterSide
  }

  /// How shards hold the pictures.
  public var encoding: ShardEncoding { isDecoded ? .pixels : .file }

  /// The size that a picture of `height` × `width` is stored in.
  func size(height: Int, width: Int) -> (height: Int, width: Int) {
    let short = min(height, width)
    guard let side = shorterSide, short > side else { return (height, width) }
    func reduced(_ length: Int) -> Int { (2 * length * side + short) / (2 * short) }
    return (reduced(height), reduced(width))
  }
}
