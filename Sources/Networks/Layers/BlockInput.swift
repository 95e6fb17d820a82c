import Kernels
import Tensors

/// What a block reads: its predecessor's output, written as rows `[N·H·W, C]` once.
final class BlockInput {
  private let source: RawOutput
  private let own: Room
  private let capacity: Int

  /// - Parameters:
  ///   - own: Where the rows go, unless the predecessor has settled them.
  ///   - capacity: Images that `own` has room for.
  init(_ source: RawOutput, own: Room, capacity: Int) {
    self.source = source
    self.own = own
    self.capacity = capacity
    if !source.isSettled { own.require(capacity * source.imageSize) }
  }

  var channels: Int { source.channels }
  var stride: Int { source.stride }
  var pixels: Int { source.pixels }
  /// Floats of an image.
  var imageSize: Int { source.imageSize }
  /// Whether nobody asks for the gradient of what it reads.
  var endsBackward: Bool { source.normalization.isFrozen }

  /// The rows of an image.
  func rows(_ image: Int) -> UnsafeMutablePointer<Float> {
    source.isSettled
      ? source.settledRows(image) : own.start + (image % capacity) * source.imageSize
  }

  /// Writes `count` rows of a run from row `first` on, and tells where they are.
  @discardableResult
  func write(
    _ work: Workspace, _ run: ImageRun, _ first: Int, _ count: Int, at place: StepProfile.Place
  ) -> UnsafeMutablePointer<Float> {
    let target = rows(run.firstImage) + first * stride
    guard !source.isSettled else { return target }
    source.write(run, first, count, into: target)
    work.measured(
      .blockInput, .forward, place, read: count * source.floatsRead, written: count * stride)
    return target
  }

  /// Writes all rows of a run.
  func write(_ work: Workspace, _ run: ImageRun, at place: StepProfile.Place) {
    forEachTile(of: run.imageCount * pixels) { write(work, run, $0, $1, at: place) }
  }

  /// The values of an image as they are.
  func image(_ image: Int) -> NormalizedPixels {
    NormalizedPixels(unchanged: .rows(rows(image), channels: channels))
  }
}
