import Tensors

/// Pixels of an image or a tile as kernels see them: 16 channels at a time.
///
/// Two layouts exist. *Rows* `[pixels, C]` are what matrix products read and write. *Planes*
/// `[C/16, pixels, 16]` are what depthwise convolutions read and write: the pixels of 16 channels
/// lie next to each other, so that a plane passes through the cache as one stream. Every tensor at
/// the width of an expansion is kept in planes, and a stem in front of a depthwise convolution;
/// every narrow one in rows, and the head. Both end their channels with the padding of
/// ``channelStride(_:)``; an image has the same size in both.
public struct Pixels {
  package let start: UnsafeMutablePointer<Float>
  /// Floats from one pixel to the next, and from 16 channels to the next 16.
  package let step, blockStep: Int

  @inline(__always)
  private init(_ start: UnsafeMutablePointer<Float>, step: Int, blockStep: Int) {
    self.start = start
    self.step = step
    self.blockStep = blockStep
  }

  /// Rows `[pixels, C]` from `start` on.
  public static func rows(_ start: UnsafeMutablePointer<Float>, channels: Int) -> Pixels {
    Pixels(start, step: channelStride(channels), blockStep: vectorWidth)
  }

  /// Planes `[C/16, pixels, 16]` of an image with `pixels` pixels that starts at `start`.
  public static func planes(_ start: UnsafeMutablePointer<Float>, pixels: Int) -> Pixels {
    Pixels(start, step: vectorWidth, blockStep: pixels * vectorWidth)
  }

  /// A dense matrix `[rows, columns]`, its rows taken for pixels.
  ///
  /// The last 16 columns may reach into the next row: those of a product that come from there are
  /// padding.
  public static func matrix(_ start: UnsafePointer<Float>, columns: Int) -> Pixels {
    Pixels(
      UnsafeMutablePointer(mutating: start), step: columns, blockStep: vectorWidth)
  }

  /// Panels `[columns/16, depth, 16]` of a matrix, its rows taken for pixels.
  static func panels(_ start: UnsafePointer<Float>, depth: Int) -> Pixels {
    .planes(UnsafeMutablePointer(mutating: start), pixels: depth)
  }

  /// The first of every `count` pixels.
  func every(_ count: Int) -> Pixels {
    Pixels(start, step: count * step, blockStep: blockStep)
  }

  /// The same pixels without the first `count`.
  public func dropping(_ count: Int) -> Pixels {
    Pixels(start + count * step, step: step, blockStep: blockStep)
  }

  /// Where the 16 channels from `firstChannel`, a multiple of 16, begin.
  @inline(__always)
  func block(_ firstChannel: Int) -> UnsafeMutablePointer<Float> {
    start + (firstChannel / vectorWidth) &* blockStep
  }

  /// Writes the first `count` pixels times `gate`, `[C]`: the gate of their image.
  public func gate(
    count: Int, channels: Int, by gate: UnsafePointer<Float>, into target: Pixels
  ) {
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let g = gate.vector(first)
      let (source, target, step) = (block(first), target.block(first), target.step)
      for i in 0..<count { target.store(source.vector(i &* self.step) * g, i &* step) }
    }
  }
}
