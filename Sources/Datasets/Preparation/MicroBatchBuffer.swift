import Tensors

/// The prepared images of one micro-batch and what belongs to them.
public final class MicroBatchBuffer {
  /// Normalised images, `[capacity, R, R, C]`.
  public let images: FloatBuffer
  /// Floats of an image.
  public let imageSize: Int
  /// Images in the micro-batch; what lies behind them is left over from others.
  public var count = 0
  /// Class of each image.
  public var labels: [Int32]
  /// Class of the image that each is mixed with.
  public var partnerLabels: [Int32]
  /// Share of each image's own class in its target; 1 for an image that is not mixed.
  public var labelWeights: [Float]
  /// Index of each image in its dataset.
  public var samples: [Int]

  init(capacity: Int, imageSize: Int) throws(MemoryShortage) {
    self.imageSize = imageSize
    images = try FloatBuffer(count: capacity * imageSize)
    labels = Array(repeating: 0, count: capacity)
    partnerLabels = labels
    labelWeights = Array(repeating: 1, count: capacity)
    samples = Array(repeating: 0, count: capacity)
  }
}
