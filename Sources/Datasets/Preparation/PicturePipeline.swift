import Images

/// The way of a picture's file to the network, as in evaluation.
public struct PicturePipeline: Sendable {
  private let preparation: ImagePreparation
  private let normalizer: PixelNormalizer

  /// - Throws: When a network with so many channels cannot take red, green and blue.
  public init(_ preparation: ImagePreparation) throws(DatasetError) {
    self.preparation = preparation
    normalizer = try PixelNormalizer(preparation.normalization, sourceChannels: 3)
  }

  /// Writes the network's input for one picture.
  ///
  /// - Parameters:
  ///   - file: A JPEG or PNG file.
  ///   - target: `[resolution, resolution, channels]`. Written.
  ///   - scratch: The thread's.
  /// - Throws: When it cannot be decoded.
  public func fill(
    _ file: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<Float>,
    scratch: ImageScratch
  ) throws(ImageError) {
    let description = try scratch.decoder.describe(file)
    let size = (height: description.height, width: description.width)
    let framing = preparation.framing(height: size.height, width: size.width, key: nil)
    try scratch.decoder.decode(file, reduction: framing.reduction, into: scratch.picture)
    preparation.frame(scratch, framing, size: size)
    normalizer.normalize(scratch.current, into: target)
  }
}
