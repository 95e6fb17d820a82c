public import Tensors

/// A network as its images see it: where they and what belongs to them are put.
public protocol ImageBatch: AnyObject {
  /// Shape and constants.
  var architecture: Architecture { get }
  /// Normalised images of this rank, `[capacity, R, R, Cin]` without channel padding.
  var images: FloatBuffer { get }
  /// Class of each local image.
  var labels: UnsafeMutableBufferPointer<Int32> { get }
  /// Index of each local image in its data set.
  var samples: [Int] { get set }

  /// Starts a batch of `imageCount` images and tells which of them this rank must load, and where.
  func beginBatch(imageCount: Int) -> [LocalRun]

  /// Scores of the local image `image`, `[K]`.
  func logits(ofImage image: Int) -> UnsafeMutableBufferPointer<Float>
}

/// A run of a batch's images and where this rank keeps them.
public struct LocalRun: Sendable {
  /// First of this rank's images, in the buffers of an ``ImageBatch``.
  public let firstImage: Int
  /// Positions in the batch.
  public let positions: Range<Int>
}
