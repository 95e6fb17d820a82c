import Kernels
import Tensors

/// The last 1×1 convolution, global average pooling, dropout and the classifier.
final class Head {
  /// Class scores `[N, K]`; after ``loss`` their gradient.
  let logits: FloatBuffer
  let normalization: NormalizationLayer
  /// Factor of each unit of the pooled head, `[N, C]`: 0 when dropped.
  let unitFactors: FloatBuffer
  private let input: FloatBuffer
  private let raw: FloatBuffer
  private let pooled: FloatBuffer
  private let dpooled: FloatBuffer
  private let noGate: FloatBuffer
  private let inputChannels, channels, classes, pixels: Int
  private let activation: Activation
  private let places: ParameterPlaces
  private let last: MBConvBlock

  init(
    _ architecture: Architecture, places: ParameterPlaces, layout: BatchLayout, last: MBConvBlock,
    isTrainable: Bool
  ) {
    self.places = places
    self.last = last
    inputChannels = last.shape.outputChannels
    channels = architecture.headChannels
    classes = architecture.classes
    pixels = last.shape.geometry.outputs
    activation = architecture.activation
    let images = layout.capacity
    input = FloatBuffer(count: images * pixels * channelStride(inputChannels))
    raw = FloatBuffer(count: images * pixels * channelStride(channels))
    pooled = FloatBuffer(count: images * channelStride(channels))
    logits = FloatBuffer(count: images * channelStride(classes))
    unitFactors = FloatBuffer(count: images * channelStride(channels))
    dpooled = FloatBuffer(count: isTrainable ? images * channelStride(channels) : 0)
    noGate = FloatBuffer(count: channelStride(channels))
    normalization = NormalizationLayer(
      channels: channels, place: places.head, epsilon: architecture.batchNormEpsilon,
      layout: layout)
  }

  private var narrow: Int { channelStride(inputChannels) }
  private var wide: Int { channelStride(channels) }
  private var row: Int { channelStride(classes) }

  func require(_ sizes: inout Workspace.Sizes, images: Int) {
    sizes.wideTile = max(sizes.wideTile, GEMM.tileRows * wide)
    sizes.outputGradient = max(sizes.outputGradient, images * pixels * wide)
    sizes.narrowGradient = max(sizes.narrowGradient, images * pixels * narrow)
  }

  func forward(_ work: Workspace) throws(ExchangeError) {
    try work.normalize(normalization) { microBatch in
      let start = microBatch.firstImage * pixels
      forEachTile(of: microBatch.imageCount * pixels) { first, count in
        let tile = input.start + (start + first) * narrow
        last.writeOutput(work, microBatch, first, count, into: tile)
        let target = raw.start + (start + first) * wide
        // [rows, Cin] · [Cin, C]
        GEMM.multiply(
          m: count, n: channels, k: inputChannels, tile, narrow, work.weights + places.headKernel,
          channels, into: target, wide)
        if let moments = work.moments(of: normalization, microBatch) {
          ChannelMoments.accumulate(into: moments, channels: channels, target, rows: count)
        }
      }
    }
    for microBatch in work.microBatches where microBatch.imageCount > 0 {
      classify(work, microBatch)
    }
  }

  private func classify(_ work: Workspace, _ microBatch: MicroBatch) {
    let inverse = 1 / Float(pixels)
    for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
      let units = pooled.start + image * wide
      units.update(repeating: 0, count: wide)
      forEachTile(of: pixels) { first, count in
        NormalizedActivation.apply(
          raw.start + (image * pixels + first) * wide, rows: count, channels: channels,
          normalization.normalization(microBatch), activation, into: work.wideTile.start)
        NormalizedActivation.pool(
          work.wideTile.start, rows: count, channels: channels, into: units)
      }
      let factors = unitFactors.start + image * wide
      if work.isTraining {
        for c in 0..<channels { units[c] *= inverse * factors[c] }
      } else {
        for c in 0..<channels { units[c] *= inverse }
      }
    }
    for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
      (logits.start + image * row).update(
        from: work.weights + places.classifierBias, count: classes)
    }
    // [images, C] · [C, K]
    GEMM.multiply(
      m: microBatch.imageCount, n: classes, k: channels,
      pooled.start + microBatch.firstImage * wide, wide, work.weights + places.classifierKernel,
      classes, into: logits.start + microBatch.firstImage * row, row, accumulating: true)
  }

  /// Computes each micro-batch's loss and replaces the logits by the gradient of its sum.
  func loss(
    _ work: Workspace, labels: UnsafePointer<Int32>, smoothing: Double
  ) -> [SoftmaxCrossEntropy.Totals] {
    work.microBatches.map {
      SoftmaxCrossEntropy.backward(
        logits.start + $0.firstImage * row, images: $0.imageCount, classes: classes,
        labels: labels + $0.firstImage, smoothing: smoothing)
    }
  }

  /// Carries the gradient of the logits back to the output of the last block, `work.current`.
  func backward(_ work: Workspace, _ gradients: GradientTree) throws(ExchangeError) {
    for microBatch in work.microBatches { classifierBackward(work, microBatch, gradients) }
    try work.differentiate(normalization, gradients) { microBatch in
      for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
        let dactivated = work.outputGradient.start + image * pixels * wide
        // Pixels of the head have no gradient but their share of the mean's.
        dactivated.update(repeating: 0, count: pixels * wide)
        NormalizedActivation.backward(
          dactivated, raw.start + image * pixels * wide, rows: pixels, channels: channels,
          normalization.normalization(microBatch), activation,
          gate: NormalizedActivation.Gate(
            gate: noGate.start, pooled: dpooled.start + image * wide),
          mean: normalization.mean(microBatch),
          inverseDeviation: normalization.inverseDeviation(microBatch),
          sums: normalization.sums(microBatch))
      }
    }
    for microBatch in work.microBatches { convolutionBackward(work, microBatch, gradients) }
  }

  private func classifierBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree
  ) {
    let kernel = places.classifierKernel
    let bias = places.classifierBias
    let dlogits = logits.start + microBatch.firstImage * row
    gradients.accumulate(kernel..<bias + row, microBatch) { gradient in
      // [images, C]ᵀ · [images, K]
      GEMM.multiplyTransposed(
        m: channels, n: classes, k: microBatch.imageCount,
        pooled.start + microBatch.firstImage * wide, wide, dlogits, row,
        into: gradient + kernel, classes, accumulating: false)
      ColumnSums.write(
        dlogits, rows: microBatch.imageCount, columns: classes, into: gradient + bias)
    }
    guard microBatch.imageCount > 0 else { return }
    let target = dpooled.start + microBatch.firstImage * wide
    // [images, K] · [C, K]ᵀ
    GEMM.multiplyByTransposed(
      m: microBatch.imageCount, n: channels, k: classes, dlogits, row, work.weights + kernel,
      classes, into: target, wide)
    let inverse = 1 / Float(pixels)
    let factors = unitFactors.start + microBatch.firstImage * wide
    for i in 0..<microBatch.imageCount * wide { target[i] *= inverse * factors[i] }
  }

  private func convolutionBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree
  ) {
    let kernel = places.headKernel
    let start = microBatch.firstImage * pixels
    gradients.accumulate(
      kernel..<kernel + channelStride(inputChannels * channels), microBatch
    ) { gradient in
      forEachTile(of: microBatch.imageCount * pixels) { first, count in
        let draw = work.outputGradient.start + (start + first) * wide
        BatchNormalization.inputGradient(
          draw, raw.start + (start + first) * wide, rows: count, channels: channels,
          normalization.gradientCoefficients(microBatch), into: draw)
        // [rows, Cin]ᵀ · [rows, C]
        GEMM.multiplyTransposed(
          m: inputChannels, n: channels, k: count, input.start + (start + first) * narrow, narrow,
          draw, wide, into: gradient + kernel, channels, accumulating: first > 0)
        // [rows, C] · [Cin, C]ᵀ
        GEMM.multiplyByTransposed(
          m: count, n: inputChannels, k: channels, draw, wide, work.weights + kernel, channels,
          into: work.current.start + (start + first) * narrow, narrow)
      }
    }
  }
}
