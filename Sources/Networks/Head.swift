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
  /// Loss and hits of each local micro-batch.
  private var totals: [SoftmaxCrossEntropy.Totals]
  private let closedGate: FloatBuffer
  private let inputChannels, channels, classes, pixels: Int
  private let activation: Activation
  private let places: ParameterPlaces
  private let last: MBConvBlock

  init(
    _ architecture: Architecture, places: ParameterPlaces, layout: BatchLayout, isFrozen: Bool,
    last: MBConvBlock
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
    dpooled = FloatBuffer(count: images * channelStride(channels))
    totals = Array(repeating: .init(), count: layout.microBatches.count)
    closedGate = FloatBuffer(count: channelStride(channels))
    normalization = NormalizationLayer(
      channels: channels, place: places.head, epsilon: architecture.batchNormEpsilon,
      layout: layout, isFrozen: isFrozen)
  }

  /// Place of its first parameter.
  var firstPlace: Int { places.headKernel }
  private var narrow: Int { channelStride(inputChannels) }
  private var wide: Int { channelStride(channels) }
  private var row: Int { channelStride(classes) }

  /// The raw head of an image.
  private func output(_ image: Int) -> Pixels {
    .rows(raw.start + image * pixels * wide, channels: channels)
  }

  func require(_ sizes: inout Workspace.Sizes, images: Int) {
    sizes.kernel = max(sizes.kernel, narrow * channels)
    sizes.outputGradient = max(sizes.outputGradient, images * pixels * wide)
    sizes.narrowGradient = max(sizes.narrowGradient, images * pixels * narrow)
  }

  func forward(_ work: Workspace) throws(ExchangeError) {
    try work.normalize(normalization, of: .head) { microBatch in
      let start = microBatch.firstImage * pixels
      forEachTile(of: microBatch.imageCount * pixels) { first, count in
        let tile = input.start + (start + first) * narrow
        last.writeOutput(work, microBatch, first, count, into: tile)
        work.lap(
          .blockInput, .forward, .head, read: count * last.outputFloatsRead,
          written: count * narrow)
        let target = raw.start + (start + first) * wide
        PixelProduct.multiply(
          .rows(tile, channels: inputChannels), count: count, depth: inputChannels,
          .matrix(work.weights + places.headKernel, columns: channels), columns: channels,
          into: .rows(target, channels: channels))
        normalization.accumulate(
          microBatch, .rows(target, channels: channels), count: count)
        work.lap(
          .head, .forward, .head, written: count * wide,
          multiplyAdds: count * inputChannels * channels)
      }
    }
    for microBatch in work.microBatches where microBatch.imageCount > 0 {
      classify(work, microBatch)
    }
  }

  private func classify(_ work: Workspace, _ microBatch: MicroBatch) {
    for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
      let units = pooled.start + image * wide
      NormalizedActivation.apply(
        output(image), count: pixels, channels: channels,
        normalization.normalization(microBatch), activation, into: nil, mean: units)
      let factors = unitFactors.start + image * wide
      for c in 0..<channels { units[c] *= factors[c] }
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
    work.lap(
      .head, .forward, .head, read: microBatch.imageCount * pixels * wide,
      multiplyAdds: microBatch.imageCount * channels * classes)
  }

  /// Computes each micro-batch's loss and replaces the logits by the gradient of its sum.
  func loss(
    _ work: Workspace, labels: UnsafePointer<Int32>, partners: UnsafePointer<Int32>,
    weights: UnsafePointer<Float>, smoothing: Double
  ) -> [SoftmaxCrossEntropy.Totals] {
    for microBatch in work.microBatches {
      totals[microBatch.index] = SoftmaxCrossEntropy.backward(
        logits.start + microBatch.firstImage * row, images: microBatch.imageCount,
        classes: classes, labels: labels + microBatch.firstImage,
        partners: partners + microBatch.firstImage, weights: weights + microBatch.firstImage,
        smoothing: smoothing)
    }
    work.lap(.loss, .backward, .head)
    return totals
  }

  /// Carries the gradient of the logits back to the output of the last block, `work.current`, unless
  /// all but the classifier is frozen.
  func backward(_ work: Workspace, _ gradients: GradientTree) throws(ExchangeError) {
    for microBatch in work.microBatches { classifierBackward(work, microBatch, gradients) }
    if normalization.isFrozen { return }
    try work.differentiate(normalization, of: .head, gradients) { microBatch in
      for image in microBatch.firstImage..<microBatch.firstImage + microBatch.imageCount {
        // Pixels of the head have no gradient but their share of the mean's: what the closed gate
        // lets through does not matter.
        NormalizedActivation.backward(
          output(image), output(image), count: pixels, channels: channels,
          normalization.normalization(microBatch), activation,
          gate: NormalizedActivation.Gate(
            gate: closedGate.start, pooled: dpooled.start + image * wide),
          mean: normalization.mean(microBatch),
          inverseDeviation: normalization.inverseDeviation(microBatch),
          into: .rows(
            work.outputGradient.start + image * pixels * wide, channels: channels),
          sums: normalization.sums(microBatch))
      }
      let floats = microBatch.imageCount * pixels * wide
      work.lap(.head, .backward, .head, read: floats, written: floats)
    }
    PixelProduct.packTransposed(
      work.weights + places.headKernel, rows: inputChannels, columns: channels,
      into: work.kernel.start)
    for microBatch in work.microBatches { convolutionBackward(work, microBatch, gradients) }
  }

  private func classifierBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree
  ) {
    let kernel = places.classifierKernel
    let bias = places.classifierBias
    let dlogits = logits.start + microBatch.firstImage * row
    work.accumulate(gradients, kernel..<bias + row, of: .head, microBatch) { gradient in
      // [images, C]ᵀ · [images, K]
      GEMM.multiplyTransposed(
        m: channels, n: classes, k: microBatch.imageCount,
        pooled.start + microBatch.firstImage * wide, wide, dlogits, row,
        into: gradient + kernel, classes, accumulating: false)
      ColumnSums.write(
        dlogits, rows: microBatch.imageCount, columns: classes, into: gradient + bias)
      work.lap(
        .head, .backward, .head, multiplyAdds: microBatch.imageCount * channels * classes)
    }
    guard microBatch.imageCount > 0, !normalization.isFrozen else { return }
    let target = dpooled.start + microBatch.firstImage * wide
    // [images, K] · [C, K]ᵀ
    GEMM.multiplyByTransposed(
      m: microBatch.imageCount, n: channels, k: classes, dlogits, row, work.weights + kernel,
      classes, into: target, wide)
    let inverse = 1 / Float(pixels)
    let factors = unitFactors.start + microBatch.firstImage * wide
    for i in 0..<microBatch.imageCount * wide { target[i] *= inverse * factors[i] }
    work.lap(.head, .backward, .head, multiplyAdds: microBatch.imageCount * channels * classes)
  }

  private func convolutionBackward(
    _ work: Workspace, _ microBatch: MicroBatch, _ gradients: GradientTree
  ) {
    let kernel = places.headKernel
    let start = microBatch.firstImage * pixels
    let range = kernel..<kernel + channelStride(inputChannels * channels)
    work.accumulate(gradients, range, of: .head, microBatch) { gradient in
      forEachTile(of: microBatch.imageCount * pixels) { first, count in
        let draw = work.outputGradient.start + (start + first) * wide
        let rows = Pixels.rows(draw, channels: channels)
        BatchNormalization.inputGradient(
          rows, .rows(raw.start + (start + first) * wide, channels: channels), count: count,
          channels: channels, normalization.gradientCoefficients(microBatch), into: rows)
        PixelProduct.multiplyTransposed(
          .rows(input.start + (start + first) * narrow, channels: inputChannels),
          rows: inputChannels, rows, columns: channels, count: count, into: gradient + kernel,
          adding: first > 0)
        let products = count * inputChannels * channels
        if last.isFrozen {
          work.lap(
            .head, .backward, .head, read: count * (2 * wide + narrow), written: count * wide,
            multiplyAdds: products)
          return
        }
        PixelProduct.multiply(
          rows, count: count, depth: channels, .planes(work.kernel.start, pixels: channels),
          columns: inputChannels,
          into: .rows(
            work.current.start + (start + first) * narrow, channels: inputChannels))
        work.lap(
          .head, .backward, .head, read: count * (2 * wide + narrow),
          written: count * (wide + narrow),
          multiplyAdds: 2 * products)
      }
    }
  }
}
