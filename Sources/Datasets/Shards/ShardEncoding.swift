/// How a shard holds its images.
public enum ShardEncoding: String, Sendable, CaseIterable {
  /// Pixels of images that all have one size.
  case array
  /// JPEG and PNG files as they were found.
  case file
  /// Pixels, red, green and blue, of pictures of any size.
  case pixels
}
