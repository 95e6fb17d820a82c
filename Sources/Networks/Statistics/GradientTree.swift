import Kernels
import Tensors

/// Sums the gradients of this rank's micro-batches in the fixed tree, as they are computed.
///
/// A micro-batch is a leaf. Its gradient of a range of parameters is written to the next free
/// level, and whenever two neighbours of one height are complete they are added, like the carry of
/// a binary counter: a rank keeps the logarithm of its micro-batches, never one gradient for each.
final class GradientTree {
  /// One gradient arena for each subtree of this rank, one after the other.
  let slots: FloatBuffer
  /// Place of the first float of a slot in the arena of the parameters.
  let origin: Int
  /// Floats of a slot.
  let arenaSize: Int
  /// How two gradients are added.
  let transport: GradientTransport
  private let plan: ReductionPlan
  private let layout: BatchLayout
  private let levels: FloatBuffer
  private let levelSize: Int
  private let tensors: [ParameterTable.Tensor]
  private var gapsOfRange: [Range<Int>: [Range<Int>]] = [:]

  /// - Parameters:
  ///   - largestRange: Floats of the largest range that ``accumulate`` is called with.
  ///   - origin: First place that is trained.
  init(
    layout: BatchLayout, table: ParameterTable, largestRange: Int, origin: Int,
    transport: GradientTransport
  ) throws(MemoryShortage) {
    self.transport = transport
    self.layout = layout
    self.origin = origin
    arenaSize = table.trainableSize - origin
    tensors = table.trainable
    plan = layout.batchPlan
    levelSize = largestRange
    slots = try FloatBuffer(count: plan.subtrees.count * arenaSize)
    levels = try FloatBuffer(count: layout.partition.treeLevels * largestRange)
  }

  /// Computes and adds the gradient of one micro-batch for `range` of the parameters.
  ///
  /// Micro-batches must come in order, all of them for one range before the next range begins:
  /// ranges share the levels.
  /// - Parameter body: Writes the whole gradient; its argument is indexed by place in the arena.
  ///   Not called for a micro-batch without images.
  /// - Returns: Floats that were added to others.
  @discardableResult
  func accumulate(
    _ range: Range<Int>, _ microBatch: ImageRun,
    _ body: (_ gradient: UnsafeMutablePointer<Float>) -> Void
  ) -> Int {
    let position = layout.microBatches.lowerBound + microBatch.index
    guard
      let slot = plan.subtrees.firstIndex(where: { $0.microBatches.contains(position) })
    else { preconditionFailure("micro-batch \(position) is not on this rank") }
    let leaf = position - plan.subtrees[slot].microBatches.lowerBound
    let isLast =
      position + 1 == layout.microBatches.upperBound
      || position + 1 == plan.subtrees[slot].microBatches.upperBound

    func level(_ depth: Int) -> UnsafeMutablePointer<Float> {
      depth == 0
        ? slots.start + slot * arenaSize + range.lowerBound - origin
        : levels.start + (depth - 1) * levelSize
    }
    precondition(range.count <= levelSize, "range \(range) is larger than a level")
    var depth = leaf.nonzeroBitCount
    if microBatch.imageCount > 0 {
      let gradient = level(depth) - range.lowerBound
      body(gradient)
      // Levels are shared by all ranges; the gaps between tensors must not carry old values.
      if depth > 0 {
        for gap in gaps(in: range) {
          (gradient + gap.lowerBound).update(repeating: 0, count: gap.count)
        }
      }
    } else {
      level(depth).update(repeating: 0, count: range.count)
    }
    // The end of the batch lacks right neighbours: everything pending is added up.
    let carries = isLast ? depth : (~leaf).trailingZeroBitCount
    for _ in 0..<carries {
      transport.add(level(depth), to: level(depth - 1), count: range.count)
      depth -= 1
    }
    return carries * range.count
  }

  /// The padding behind tensors within `range`.
  private func gaps(in range: Range<Int>) -> [Range<Int>] {
    if let known = gapsOfRange[range] { return known }
    let found = tensors.filter { range.contains($0.offset) && $0.count % vectorWidth != 0 }
      .map { $0.range.upperBound..<$0.offset + channelStride($0.count) }
    gapsOfRange[range] = found
    return found
  }
}
