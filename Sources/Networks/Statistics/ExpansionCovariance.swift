import Kernels
import Tensors

/// The covariance of a block's input: of each micro-batch, and of its batch-norm group.
final class ExpansionCovariance {
  let channels: Int
  private let layout: BatchLayout
  private let size: Int
  /// Those of the micro-batches, then the totals of their groups.
  private let doubles: DoubleBuffer
  private let own, totals: UnsafeMutablePointer<Double>

  init(channels: Int, layout: BatchLayout) throws(MemoryShortage) {
    self.channels = channels
    self.layout = layout
    size = InputCovariance.size(channels: channels)
    let count = size * layout.microBatches.count
    doubles = try DoubleBuffer(count: 2 * count)
    own = doubles.start
    totals = doubles.start + count
  }

  /// What the micro-batch at `index` of this rank brings.
  func own(_ index: Int) -> UnsafeMutablePointer<Double> { own + index * size }

  /// The total of its group, after ``combine``.
  func total(_ index: Int) -> UnsafeMutablePointer<Double> { totals + index * size }

  /// Forgets the last batch.
  func clear() { own.update(repeating: 0, count: size * layout.microBatches.count) }

  /// Makes the totals of all groups.
  func combine(_ exchange: any Exchange) throws(ExchangeError) {
    totals.update(from: own, count: size * layout.microBatches.count)
    try exchange.combine(
      totals, size: size, kind: .covariance(channels: channels), plan: layout.groupPlan,
      microBatches: layout.microBatches)
  }
}
