import Kernels
import Tensors

/// An expansion that is made wherever it is read, and never stored.
///
/// It costs one more product of the input with the kernel. It saves writing the widest tensor of
/// the network once and its gradient once, and reading them five times.
final class RecomputedExpansion {
  let covariance: ExpansionCovariance
  private let inputChannels, channels: Int
  private let kernel: Int
  private let panels, transposedPanels, correction: FloatBuffer
  private let products: FloatBuffer
  private let productsSize: Int

  init(_ shape: Architecture.Block, kernel: Int, layout: BatchLayout) {
    inputChannels = shape.inputChannels
    channels = shape.expandedChannels
    self.kernel = kernel
    covariance = ExpansionCovariance(channels: shape.inputChannels, layout: layout)
    panels = FloatBuffer(
      count: Expansion.panelsSize(inputChannels: inputChannels, channels: channels))
    transposedPanels = FloatBuffer(
      count: Expansion.transposedPanelsSize(inputChannels: inputChannels, channels: channels))
    correction = FloatBuffer(
      count: ExpansionGradient.correctionSize(inputChannels: inputChannels))
    productsSize = Expansion.productsSize(inputChannels: inputChannels, channels: channels)
    products = FloatBuffer(count: productsSize * layout.microBatches.count)
  }

  /// Takes over the weights of a step.
  func pack(_ work: Workspace) {
    Expansion.pack(
      work.weights + kernel, inputChannels: inputChannels, channels: channels, into: panels.start)
  }

  /// The expansion with the weights of the step.
  var expansion: Expansion {
    Expansion(inputChannels: inputChannels, channels: channels, panels: panels.start)
  }

  /// Makes ready for the gradients of a micro-batch.
  func beginGradient(
    _ work: Workspace, _ microBatch: MicroBatch, _ normalization: NormalizationLayer
  ) {
    (products.start + microBatch.index * productsSize).update(repeating: 0, count: productsSize)
    Expansion.packTransposed(
      work.weights + kernel, scale: normalization.normalization(microBatch).scale,
      inputChannels: inputChannels, channels: channels, into: transposedPanels.start)
  }

  /// Where the gradients of an image go; `dx` is that of its input.
  func target(
    _ microBatch: MicroBatch, _ normalization: NormalizationLayer,
    dx: UnsafeMutablePointer<Float>, isAdding: Bool
  ) -> Expansion.Gradient {
    Expansion.Gradient(
      transposedPanels: transposedPanels.start,
      products: products.start + microBatch.index * productsSize,
      sums: normalization.sums(microBatch), dx: dx, isAdding: isAdding)
  }

  private func gradient(
    _ work: Workspace, _ microBatch: MicroBatch, _ normalization: NormalizationLayer
  ) -> ExpansionGradient {
    ExpansionGradient(
      inputChannels: inputChannels, channels: channels, weights: work.weights + kernel,
      mean: normalization.mean(microBatch),
      inverseDeviation: normalization.inverseDeviation(microBatch),
      scale: normalization.normalization(microBatch).scale)
  }

  /// Completes a micro-batch's sums, once all of its images are through.
  func endGradient(
    _ work: Workspace, _ microBatch: MicroBatch, _ normalization: NormalizationLayer
  ) {
    gradient(work, microBatch, normalization).completeSums(
      products.start + microBatch.index * productsSize, normalization.sums(microBatch))
  }

  /// Prepares the correction of the inputs' gradients of a batch-norm group, after the exchange of
  /// its sums; `microBatch` is any of the group.
  func prepareCorrection(
    _ work: Workspace, _ microBatch: MicroBatch, _ normalization: NormalizationLayer
  ) {
    gradient(work, microBatch, normalization).writeCorrection(
      sums: normalization.sums(microBatch), count: covariance.total(microBatch.index)[0],
      into: correction.start)
  }

  /// Writes the kernel's gradient and corrects that of the input, after the exchange of the sums.
  ///
  /// - Parameters:
  ///   - x: Input, rows of the whole micro-batch.
  ///   - dx: Its gradient, or nil where nobody asks for it.
  ///   - kernelGradient: `[Cin, C]`. Written.
  func finish(
    _ work: Workspace, _ microBatch: MicroBatch, _ normalization: NormalizationLayer,
    x: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>?, rows: Int,
    into kernelGradient: UnsafeMutablePointer<Float>
  ) {
    let gradient = gradient(work, microBatch, normalization)
    let sums = normalization.sums(microBatch)
    gradient.writeWeightGradient(
      products.start + microBatch.index * productsSize, own: covariance.own(microBatch.index),
      group: covariance.total(microBatch.index), sums: sums, into: kernelGradient)
    guard let dx else { return }
    forEachTile(of: rows) { first, count in
      let offset = first * channelStride(inputChannels)
      gradient.correct(dx + offset, x: x + offset, rows: count, correction.start)
    }
  }
}
