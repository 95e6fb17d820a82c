import Kernels
import Tensors

/// An inverted bottleneck: expansion, depthwise convolution, squeeze-and-excitation, projection.
///
/// Only raw convolution outputs are kept, and the narrow input. The block's output does not exist
/// in memory until its reader asks for it with ``writeOutput``: normalised projection, times
/// drop-path, plus input.
final class MBConvBlock {
  let shape: Architecture.Block
  let index: Int
  let places: BlockPlaces
  private let activation: Activation
  private let previous: MBConvBlock?
  private let stem: Stem

  /// Input `[N, H, W, Cin]`; empty for the first block, unless it is added to the output.
  let input: FloatBuffer
  /// Raw expansion `[N, H, W, C]`; empty without one.
  let expanded: FloatBuffer
  /// Raw depthwise output `[N, H′, W′, C]`.
  let filtered: FloatBuffer
  /// Raw projection `[N, H′, W′, Cout]`.
  let projected: FloatBuffer

  let expandNormalization: NormalizationLayer?
  let filterNormalization: NormalizationLayer
  let projectNormalization: NormalizationLayer
  private let unchanged: NormalizationLayer
  private let depthwise: DepthwiseConvolution
  private let squeeze: Squeeze?

  /// Squeeze-and-excitation with what it keeps of every local image.
  private struct Squeeze {
    let operation: SqueezeExcitation
    let pooled, reduced, hidden, gate: FloatBuffer
    let dgate, dreduced, dpooled: FloatBuffer

    init(operation: SqueezeExcitation, images: Int, isTrainable: Bool) {
      self.operation = operation
      let wide = images * channelStride(operation.channels)
      let narrow = images * channelStride(operation.squeezed)
      pooled = FloatBuffer(count: wide)
      reduced = FloatBuffer(count: narrow)
      hidden = FloatBuffer(count: narrow)
      gate = FloatBuffer(count: wide)
      dgate = FloatBuffer(count: isTrainable ? wide : 0)
      dreduced = FloatBuffer(count: isTrainable ? narrow : 0)
      dpooled = FloatBuffer(count: isTrainable ? wide : 0)
    }
  }

  init(
    _ shape: Architecture.Block, index: Int, places: BlockPlaces, architecture: Architecture,
    layout: BatchLayout, previous: MBConvBlock?, stem: Stem, isTrainable: Bool
  ) {
    self.shape = shape
    self.index = index
    self.places = places
    self.previous = previous
    self.stem = stem
    activation = architecture.activation
    let epsilon = architecture.batchNormEpsilon
    let images = layout.capacity
    let g = shape.geometry
    let inputPixels = images * g.height * g.width
    let hasInput = previous != nil || shape.hasSkip || shape.isExpanding
    input = FloatBuffer(count: hasInput ? inputPixels * channelStride(shape.inputChannels) : 0)
    expanded = FloatBuffer(
      count: shape.isExpanding ? inputPixels * channelStride(shape.expandedChannels) : 0)
    filtered = FloatBuffer(count: images * g.outputs * channelStride(shape.expandedChannels))
    projected = FloatBuffer(count: images * g.outputs * channelStride(shape.outputChannels))
    func layer(_ place: NormalizationPlace?) -> NormalizationLayer {
      NormalizationLayer(
        channels: place?.channels ?? shape.inputChannels, place: place, epsilon: epsilon,
        layout: layout)
    }
    expandNormalization = places.expand.map { layer($0) }
    filterNormalization = layer(places.depthwise)
    projectNormalization = layer(places.project)
    unchanged = layer(nil)
    let readsActivated = shape.isExpanding || previous == nil
    depthwise = DepthwiseConvolution(
      geometry: g, channels: shape.expandedChannels,
      activation: readsActivated ? activation : .identity)
    squeeze = shape.squeezedChannels.map {
      Squeeze(
        operation: SqueezeExcitation(channels: shape.expandedChannels, squeezed: $0),
        images: images, isTrainable: isTrainable)
    }
  }

  /// Channel strides of input, middle and output.
  private var narrowIn: Int { channelStride(shape.inputChannels) }
  private var wide: Int { channelStride(shape.expandedChannels) }
  private var narrowOut: Int { channelStride(shape.outputChannels) }
  private var inputPixels: Int { shape.geometry.height * shape.geometry.width }
  private var outputPixels: Int { shape.geometry.outputs }

  /// What the depthwise convolution reads: the expansion, the stem, or the input as it is.
  private var source: (raw: FloatBuffer, normalization: NormalizationLayer) {
    if let expandNormalization { return (expanded, expandNormalization) }
    return previous == nil ? (stem.raw, stem.normalization) : (input, unchanged)
  }

  /// Images whose pixels make up about one tile, so that small images share a product.
  private var imagesPerTile: Int { max(1, GEMM.tileRows / outputPixels) }

  /// Adds what this block needs to the shared buffers.
  func require(_ sizes: inout Workspace.Sizes, images: Int) {
    sizes.wideTile = max(
      sizes.wideTile, max(imagesPerTile * outputPixels, GEMM.tileRows) * wide)
    sizes.narrowTile = max(sizes.narrowTile, GEMM.tileRows * narrowOut)
    sizes.planes = max(sizes.planes, depthwise.scratchSize)
    sizes.depthwiseGradient = max(
      sizes.depthwiseGradient, shape.geometry.kernel * shape.geometry.kernel * wide)
    sizes.outputGradient = max(sizes.outputGradient, images * outputPixels * wide)
    if shape.isExpanding || previous == nil {
      sizes.inputGradient = max(sizes.inputGradient, images * inputPixels * wide)
    }
    sizes.narrowGradient = max(
      sizes.narrowGradient, images * outputPixels * narrowOut,
      previous == nil ? 0 : images * inputPixels * narrowIn)
  }

  /// Normalisation layers in forward order.
  var normalizationLayers: [NormalizationLayer] {
    [expandNormalization, filterNormalization, projectNormalization].compactMap { $0 }
  }

  // MARK: Forward

  /// Writes `count` rows of the block's output from row `first` of a micro-batch.
  func writeOutput(
    _ work: Workspace, _ microBatch: MicroBatch, _ first: Int, _ count: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let start = microBatch.firstImage * outputPixels
    let factors = work.branchFactors.start + index * work.layout.capacity + microBatch.firstImage
    forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
      ResidualAddition.apply(
        projected.start + (start + row) * narrowOut, rows: count, channels: shape.outputChannels,
        projectNormalization.normalization(microBatch), factor: factors[image],
        skip: shape.hasSkip ? UnsafePointer(input.start + (start + row) * narrowOut) : nil,
        into: target + (row - first) * narrowOut)
    }
  }

  /// Runs the block on all micro-batches; its output is ready to be read afterwards.
  func forward(_ work: Workspace) throws(ExchangeError) {
    if let expandNormalization {
      try work.normalize(expandNormalization) { expand(work, $0, expandNormalization) }
    }
    try work.normalize(filterNormalization) { filter(work, $0) }
    try work.normalize(projectNormalization) { project(work, $0) }
  }

  private func writeInput(_ work: Workspace, _ microBatch: MicroBatch, _ first: Int, _ count: Int) {
    let target = input.start + (microBatch.firstImage * inputPixels + first) * narrowIn
    if let previous {
      previous.writeOutput(work, microBatch, first, count, into: target)
    } else {
      stem.writeOutput(microBatch, first, count, into: target)
    }
  }

  private func expand(
    _ work: Workspace, _ microBatch: MicroBatch, _ normalization: NormalizationLayer
  ) {
    let start = microBatch.firstImage * inputPixels
    forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
      writeInput(work, microBatch, first, count)
      let raw = expanded.start + (start + first) * wide
      // [rows, Cin] · [Cin, C]
      GEMM.multiply(
        m: count, n: shape.expandedChannels, k: shape.inputChannels,
        input.start + (start + first) * narrowIn, narrowIn,
        work.weights + places.expandKernel, shape.expandedChannels, into: raw, wide)
      if let moments = work.moments(of: normalization, microBatch) {
        ChannelMoments.accumulate(
          into: moments, channels: shape.expandedChannels, raw, rows: count)
      }
    }
  }

  private func filter(_ work: Workspace, _ microBatch: MicroBatch) {
    if !shape.isExpanding && (previous != nil || shape.hasSkip) {
      forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
        writeInput(work, microBatch, first, count)
      }
    }
    let source = source
    for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
      depthwise.forward(
        source.raw.start + image * inputPixels * wide,
        source.normalization.normalization(microBatch),
        weights: work.weights + places.depthwiseKernel,
        into: filtered.start + image * outputPixels * wide,
        moments: work.moments(of: filterNormalization, microBatch), scratch: work.planes.start)
    }
  }

  private func project(_ work: Workspace, _ microBatch: MicroBatch) {
    let normalization = filterNormalization.normalization(microBatch)
    for first in stride(from: 0, to: microBatch.imageCount, by: imagesPerTile) {
      let images = min(imagesPerTile, microBatch.imageCount - first)
      let image = microBatch.firstImage + first
      let rows = images * outputPixels
      let activated = work.wideTile.start
      NormalizedActivation.apply(
        filtered.start + image * outputPixels * wide, rows: rows, channels: shape.expandedChannels,
        normalization, activation, into: activated)
      if let squeeze { exciteTile(work, squeeze, firstImage: image, images: images, activated) }
      forEachTile(of: rows) { row, count in
        let raw = projected.start + (image * outputPixels + row) * narrowOut
        // [rows, C] · [C, Cout]
        GEMM.multiply(
          m: count, n: shape.outputChannels, k: shape.expandedChannels,
          activated + row * wide, wide, work.weights + places.projectKernel, shape.outputChannels,
          into: raw, narrowOut)
        if let moments = work.moments(of: projectNormalization, microBatch) {
          ChannelMoments.accumulate(
            into: moments, channels: shape.outputChannels, raw, rows: count)
        }
      }
    }
  }

  /// Pools the images of a tile, computes their gates and applies them.
  private func exciteTile(
    _ work: Workspace, _ squeeze: Squeeze, firstImage: Int, images: Int,
    _ activated: UnsafeMutablePointer<Float>
  ) {
    let pooled = squeeze.pooled.start + firstImage * wide
    let narrow = channelStride(squeeze.operation.squeezed)
    pooled.update(repeating: 0, count: images * wide)
    for image in 0..<images {
      NormalizedActivation.pool(
        activated + image * outputPixels * wide, rows: outputPixels,
        channels: shape.expandedChannels, into: pooled + image * wide)
    }
    let inverse = 1 / Float(outputPixels)
    for i in 0..<images * wide { pooled[i] *= inverse }
    squeeze.operation.forward(
      pooled: pooled, images: images,
      reduceKernel: work.weights + places.reduceKernel,
      reduceBias: work.weights + places.reduceBias,
      expandKernel: work.weights + places.expandSqueezeKernel,
      expandBias: work.weights + places.expandSqueezeBias,
      reduced: squeeze.reduced.start + firstImage * narrow,
      hidden: squeeze.hidden.start + firstImage * narrow,
      gate: squeeze.gate.start + firstImage * wide)
    for image in 0..<images {
      NormalizedActivation.gate(
        activated + image * outputPixels * wide, rows: outputPixels,
        channels: shape.expandedChannels, by: squeeze.gate.start + (firstImage + image) * wide)
    }
  }

  // MARK: Backward

  /// Turns the gradient of the block's output, `work.current`, into that of its input.
  ///
  /// The gradient in front of the first block is that of the stem's batch normalisation and stands
  /// in `work.inputGradient`.
  func backward(_ work: Workspace, _ gradients: GradientTree) throws(ExchangeError) {
    try work.differentiate(projectNormalization, gradients) { sumOutputGradient(work, $0) }
    try work.differentiate(filterNormalization, gradients) {
      projectBackward(work, $0, gradients)
    }
    let source = source
    try work.differentiate(source.normalization, gradients) {
      filterBackward(work, $0, gradients, source.normalization)
    }
    if let expandNormalization {
      for microBatch in work.microBatches {
        expandBackward(work, microBatch, gradients, expandNormalization)
      }
    }
    // A skip block adds to the gradient it was given; the others wrote a new one.
    if !shape.hasSkip { swap(&work.current, &work.next) }
  }

  private func branchFactor(_ work: Workspace, _ image: Int) -> Float {
    work.branchFactors.start[index * work.layout.capacity + image]
  }

  private func sumOutputGradient(_ work: Workspace, _ microBatch: MicroBatch) {
    for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
      let offset = image * outputPixels * narrowOut
      GradientSums.accumulate(
        into: projectNormalization.sums(microBatch), channels: shape.outputChannels,
        work.current.start + offset, factor: branchFactor(work, image), projected.start + offset,
        rows: outputPixels, mean: projectNormalization.mean(microBatch),
        inverseDeviation: projectNormalization.inverseDeviation(microBatch))
    }
  }

  private func projectBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree
  ) {
    let kernel = places.projectKernel
    let end = kernel + channelStride(shape.expandedChannels * shape.outputChannels)
    squeeze?.dgate.values.update(repeating: 0)
    gradients.accumulate(
      (squeeze == nil ? kernel : places.reduceKernel)..<end, microBatch
    ) { gradient in
      for first in stride(from: 0, to: microBatch.imageCount, by: imagesPerTile) {
        let images = min(imagesPerTile, microBatch.imageCount - first)
        let image = microBatch.firstImage + first
        projectTileBackward(
          work, microBatch, firstImage: image, images: images, gradient + kernel,
          isFirst: first == 0)
        gateBackward(work, microBatch, firstImage: image, images: images)
      }
      guard let squeeze else { return }
      let narrow = channelStride(squeeze.operation.squeezed)
      squeeze.operation.parameterGradients(
        dgate: squeeze.dgate.start + microBatch.firstImage * wide,
        dreduced: squeeze.dreduced.start + microBatch.firstImage * narrow,
        pooled: squeeze.pooled.start + microBatch.firstImage * wide,
        hidden: squeeze.hidden.start + microBatch.firstImage * narrow,
        images: microBatch.imageCount,
        reduceKernel: gradient + places.reduceKernel, reduceBias: gradient + places.reduceBias,
        expandKernel: gradient + places.expandSqueezeKernel,
        expandBias: gradient + places.expandSqueezeBias)
    }
  }

  /// Gradient of the gated tensor, of the kernel, and of the gates, for the images of a tile.
  private func projectTileBackward(
    _ work: Workspace, _ microBatch: MicroBatch, firstImage: Int, images: Int,
    _ kernelGradient: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    let start = firstImage * outputPixels
    let gated = work.wideTile.start
    let dprojected = work.narrowTile.start
    let normalization = filterNormalization.normalization(microBatch)
    forEachTile(of: images * outputPixels) { first, count in
      forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
        let offset = (start + row) * narrowOut
        BatchNormalization.inputGradient(
          work.current.start + offset, factor: branchFactor(work, firstImage + image),
          projected.start + offset, rows: count, channels: shape.outputChannels,
          projectNormalization.gradientCoefficients(microBatch),
          into: dprojected + (row - first) * narrowOut)
      }
      let dgated = work.outputGradient.start + (start + first) * wide
      // [rows, Cout] · [C, Cout]ᵀ
      GEMM.multiplyByTransposed(
        m: count, n: shape.expandedChannels, k: shape.outputChannels, dprojected, narrowOut,
        work.weights + places.projectKernel, shape.outputChannels, into: dgated, wide)
      if let squeeze {
        forEachImage(ofRows: first, count, pixels: outputPixels) { image, row, count in
          let pixel = (start + row) * wide
          NormalizedActivation.gateGradient(
            work.outputGradient.start + pixel, filtered.start + pixel, rows: count,
            channels: shape.expandedChannels, normalization, activation,
            gate: squeeze.gate.start + (firstImage + image) * wide,
            into: gated + (row - first) * wide,
            dgate: squeeze.dgate.start + (firstImage + image) * wide)
        }
      } else {
        NormalizedActivation.apply(
          filtered.start + (start + first) * wide, rows: count, channels: shape.expandedChannels,
          normalization, activation, into: gated)
      }
      // [rows, C]ᵀ · [rows, Cout]
      GEMM.multiplyTransposed(
        m: shape.expandedChannels, n: shape.outputChannels, k: count, gated, wide, dprojected,
        narrowOut, into: kernelGradient, shape.outputChannels,
        accumulating: !(isFirst && first == 0))
    }
  }

  /// Carries the gradient through gates, pooling and activation, for the images of a tile.
  private func gateBackward(
    _ work: Workspace, _ microBatch: MicroBatch, firstImage: Int, images: Int
  ) {
    if let squeeze {
      let narrow = channelStride(squeeze.operation.squeezed)
      let dpooled = squeeze.dpooled.start + firstImage * wide
      squeeze.operation.backward(
        dgate: squeeze.dgate.start + firstImage * wide, images: images,
        gate: squeeze.gate.start + firstImage * wide,
        reduced: squeeze.reduced.start + firstImage * narrow,
        reduceKernel: work.weights + places.reduceKernel,
        expandKernel: work.weights + places.expandSqueezeKernel,
        dreduced: squeeze.dreduced.start + firstImage * narrow, dpooled: dpooled)
      let inverse = 1 / Float(outputPixels)
      for i in 0..<images * wide { dpooled[i] *= inverse }
    }
    for image in firstImage..<firstImage + images {
      let offset = image * outputPixels * wide
      NormalizedActivation.backward(
        work.outputGradient.start + offset, filtered.start + offset, rows: outputPixels,
        channels: shape.expandedChannels, filterNormalization.normalization(microBatch), activation,
        gate: squeeze.map {
          NormalizedActivation.Gate(
            gate: $0.gate.start + image * wide, pooled: $0.dpooled.start + image * wide)
        },
        mean: filterNormalization.mean(microBatch),
        inverseDeviation: filterNormalization.inverseDeviation(microBatch),
        sums: filterNormalization.sums(microBatch))
    }
  }

  private func filterBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree,
    _ normalization: NormalizationLayer
  ) {
    let kernel = places.depthwiseKernel
    let taps = shape.geometry.kernel * shape.geometry.kernel
    let size = taps * shape.expandedChannels
    // Without an expansion the gradient in front is that of the block's input itself, and the short
    // cut ends here.
    let isLast = !shape.isExpanding
    let target =
      isLast && previous != nil
      ? (shape.hasSkip ? work.current : work.next) : work.inputGradient
    gradients.accumulate(kernel..<kernel + channelStride(size), microBatch) { gradient in
      let padded = work.depthwiseGradient.start
      padded.update(repeating: 0, count: taps * wide)
      for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
        let (inside, outside) = (image * outputPixels * wide, image * inputPixels * wide)
        depthwise.backward(
          work.outputGradient.start + inside, filtered.start + inside,
          filterNormalization.gradientCoefficients(microBatch),
          source.raw.start + outside, normalization.normalization(microBatch),
          mean: normalization.mean(microBatch),
          inverseDeviation: normalization.inverseDeviation(microBatch),
          weights: work.weights + kernel,
          skip: isLast && shape.hasSkip ? UnsafePointer(work.current.start + outside) : nil,
          into: target.start + outside, sums: normalization.sums(microBatch),
          weightGradient: padded, scratch: work.planes.start)
      }
      for tap in 0..<taps {
        (gradient + kernel + tap * shape.expandedChannels).update(
          from: padded + tap * wide, count: shape.expandedChannels)
      }
    }
  }

  private func expandBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree,
    _ normalization: NormalizationLayer
  ) {
    let kernel = places.expandKernel
    let size = shape.inputChannels * shape.expandedChannels
    let start = microBatch.firstImage * inputPixels
    let dinput = shape.hasSkip ? work.current : work.next
    gradients.accumulate(kernel..<kernel + channelStride(size), microBatch) { gradient in
      forEachTile(of: microBatch.imageCount * inputPixels) { first, count in
        let dexpanded = work.inputGradient.start + (start + first) * wide
        BatchNormalization.inputGradient(
          dexpanded, expanded.start + (start + first) * wide, rows: count,
          channels: shape.expandedChannels, normalization.gradientCoefficients(microBatch),
          into: dexpanded)
        // [rows, Cin]ᵀ · [rows, C]
        GEMM.multiplyTransposed(
          m: shape.inputChannels, n: shape.expandedChannels, k: count,
          input.start + (start + first) * narrowIn, narrowIn, dexpanded, wide,
          into: gradient + kernel, shape.expandedChannels, accumulating: first > 0)
        // [rows, C] · [Cin, C]ᵀ
        GEMM.multiplyByTransposed(
          m: count, n: shape.inputChannels, k: shape.expandedChannels, dexpanded, wide,
          work.weights + places.expandKernel, shape.expandedChannels,
          into: dinput.start + (start + first) * narrowIn, narrowIn,
          accumulating: shape.hasSkip)
      }
    }
  }
}
