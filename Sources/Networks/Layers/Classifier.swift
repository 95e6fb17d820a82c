import Kernels
import Tensors

/// Global average pooling, dropout and the classifier, behind the last convolution.
final class Classifier: ForwardStep {
  /// Class scores `[N, K]`; after ``loss`` their gradient.
  let logits: FloatBuffer
  /// Factor of each unit of the pooled head, `[N, C]`: 0 when dropped.
  let unitFactors: FloatBuffer
  private let source: RawOutput
  private let classes: Int
  private let places: ParameterPlaces
  private let pooled, dpooled: FloatBuffer
  /// Loss and hits of each local micro-batch.
  private var totals: [SoftmaxCrossEntropy.Totals]

  init(
    _ architecture: Architecture, _ places: ParameterPlaces, source: RawOutput, layout: BatchLayout
  ) throws(MemoryShortage) {
    self.places = places
    self.source = source
    classes = architecture.classes
    let images = layout.capacity
    pooled = try FloatBuffer(count: images * source.stride)
    dpooled = try FloatBuffer(count: images * source.stride)
    unitFactors = try FloatBuffer(count: images * source.stride)
    unitFactors.values.update(repeating: 1)
    logits = try FloatBuffer(count: images * channelStride(classes))
    totals = Array(repeating: .init(), count: layout.microBatches.count)
  }

  private var channels: Int { source.channels }
  private var wide: Int { source.stride }
  private var row: Int { channelStride(classes) }

  /// Scores of an image, `[K]`.
  func logits(ofImage image: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: logits.start + image * row, count: classes)
  }

  func prepare(_ work: Workspace) {}

  /// Pools the images of a run.
  func forward(_ work: Workspace, _ run: ImageRun) {
    for image in run.images {
      let units = pooled.start + image * wide
      NormalizedActivation.apply(
        source.image(image, run), count: source.pixels, channels: channels, into: nil,
        mean: units)
      let factors = unitFactors.start + image * wide
      for c in 0..<channels { units[c] *= factors[c] }
    }
  }

  /// Computes the scores of pooled images.
  func score(_ work: Workspace, _ run: ImageRun) {
    let weights = work.weights.start
    for image in run.images {
      (logits.start + image * row).update(
        from: weights + places.classifierBias, count: classes)
    }
    // [images, C] · [C, K]
    GEMM.multiply(
      m: run.imageCount, n: classes, k: channels, pooled.start + run.firstImage * wide, wide,
      weights + places.classifierKernel, classes, into: logits.start + run.firstImage * row, row,
      accumulating: true)
    work.measured(
      .head, .forward, .head, read: run.imageCount * source.imageSize,
      multiplyAdds: run.imageCount * channels * classes)
  }

  /// Computes each micro-batch's loss and replaces the logits by the gradient of its sum.
  func loss(
    _ work: Workspace, labels: UnsafePointer<Int32>, partners: UnsafePointer<Int32>,
    weights: UnsafePointer<Float>, smoothing: Double
  ) -> [SoftmaxCrossEntropy.Totals] {
    for run in work.runs {
      totals[run.index] = SoftmaxCrossEntropy.backward(
        logits.start + run.firstImage * row, images: run.imageCount, classes: classes,
        labels: labels + run.firstImage, partners: partners + run.firstImage,
        weights: weights + run.firstImage, smoothing: smoothing)
    }
    work.measured(.loss, .backward, .head)
    return totals
  }

  /// Carries the gradient of the logits back to the last convolution's normalised output, unless
  /// that is frozen.
  func backward(_ pass: TrainingPass) throws(ExchangeError) {
    for run in pass.work.runs { classifierBackward(pass, run) }
    if source.normalization.isFrozen { return }
    try pass.differentiate(source.normalization, at: .head) { run in
      for image in run.images {
        NormalizedActivation.backward(
          pooled: dpooled.start + image * wide, source.image(image, run), count: source.pixels,
          channels: channels, into: source.normalizedGradient(image),
          sums: source.normalization.gradientSums(run))
      }
      let floats = run.imageCount * source.imageSize
      pass.work.measured(.head, .backward, .head, read: floats, written: floats)
      pass.progress()
    }
  }

  private func classifierBackward(_ pass: TrainingPass, _ run: ImageRun) {
    let work = pass.work
    let kernel = places.classifierKernel
    let bias = places.classifierBias
    let dlogits = logits.start + run.firstImage * row
    let products = run.imageCount * channels * classes
    pass.accumulate(kernel..<bias + row, at: .head, run) { gradient in
      // [images, C]ᵀ · [images, K]
      GEMM.multiplyTransposed(
        m: channels, n: classes, k: run.imageCount, pooled.start + run.firstImage * wide, wide,
        dlogits, row, into: gradient + kernel, classes, accumulating: false)
      ColumnSums.write(dlogits, rows: run.imageCount, columns: classes, into: gradient + bias)
      work.measured(.head, .backward, .head, multiplyAdds: products)
    }
    guard run.imageCount > 0, !source.normalization.isFrozen else { return }
    let target = dpooled.start + run.firstImage * wide
    // [images, K] · [C, K]ᵀ
    GEMM.multiplyByTransposed(
      m: run.imageCount, n: channels, k: classes, dlogits, row, work.weights.start + kernel,
      classes, into: target, wide)
    let inverse = 1 / Float(source.pixels)
    let factors = unitFactors.start + run.firstImage * wide
    for i in 0..<run.imageCount * wide { target[i] *= inverse * factors[i] }
    work.measured(.head, .backward, .head, multiplyAdds: products)
  }
}
