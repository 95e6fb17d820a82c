/// What the header of a picture file says.
public struct ImageDescription: Sendable, Equatable {
  /// Kind of the file.
  public let format: ImageFormat
  /// Pixels from top to bottom of the upright picture, after its EXIF orientation.
  public let height: Int
  /// Pixels from left to right of the upright picture, after its EXIF orientation.
  public let width: Int

  /// A file of this kind and size.
  public init(format: ImageFormat, height: Int, width: Int) {
    self.format = format
    self.height = height
    self.width = width
  }
}
