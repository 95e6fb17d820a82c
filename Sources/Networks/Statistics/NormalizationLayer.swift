import Kernels
import Tensors

/// A batch normalisation: statistics of each micro-batch, and what readers and backward apply.
final class NormalizationLayer {
  let channels: Int
  let place: NormalizationPlace
  /// Whether it normalises by running statistics, and is not trained.
  let isFrozen: Bool
  private let stride: Int
  private let epsilon: Double
  private let factors: FloatBuffer
  /// Moments, then sums, of each micro-batch.
  private let doubles: DoubleBuffer
  private let moments, sums: UnsafeMutablePointer<Double>
  private let layout: BatchLayout

  init(
    _ place: NormalizationPlace, epsilon: Double, layout: BatchLayout, isFrozen: Bool
  ) throws(MemoryShortage) {
    channels = place.channels
    self.place = place
    self.isFrozen = isFrozen
    self.epsilon = epsilon
    self.layout = layout
    stride = channelStride(channels)
    let (groups, microBatches) = isFrozen ? (1, 0) : (layout.groupCount, layout.microBatches.count)
    factors = try FloatBuffer(count: groups * Factor.allCases.count * stride)
    let momentsCount = microBatches * ChannelMoments.size(channels: channels)
    let sumsCount = microBatches * GradientSums.size(channels: channels)
    doubles = try DoubleBuffer(count: momentsCount + sumsCount)
    moments = doubles.start
    sums = doubles.start + momentsCount
  }

  private enum Factor: Int, CaseIterable {
    case scale, shift, mean, inverseDeviation, a, b, c
  }

  private func factor(_ factor: Factor, _ group: Int) -> UnsafeMutablePointer<Float> {
    factors.start + (group * Factor.allCases.count + factor.rawValue) * stride
  }

  private var momentsSize: Int { ChannelMoments.size(channels: channels) }
  private var sumsSize: Int { GradientSums.size(channels: channels) }

  /// Scale and shift for readers.
  func reader(_ run: ImageRun) -> NormalizedActivation.Normalization {
    let group = isFrozen ? 0 : run.group
    return NormalizedActivation.Normalization(
      scale: factor(.scale, group), shift: factor(.shift, group))
  }

  func mean(_ run: ImageRun) -> UnsafePointer<Float> {
    UnsafePointer(factor(.mean, run.group))
  }

  func inverseDeviation(_ run: ImageRun) -> UnsafePointer<Float> {
    UnsafePointer(factor(.inverseDeviation, run.group))
  }

  func gradientCoefficients(_ run: ImageRun) -> BatchNormalization.GradientCoefficients {
    BatchNormalization.GradientCoefficients(
      a: factor(.a, run.group), b: factor(.b, run.group), c: factor(.c, run.group))
  }

  /// The moments of a micro-batch, to be filled by the convolution in front; nil where nobody needs
  /// them.
  func moments(_ run: ImageRun) -> UnsafeMutablePointer<Double>? {
    isFrozen ? nil : moments + run.index * momentsSize
  }

  /// Adds `count` pixels to the moments of a micro-batch, where somebody needs them.
  func accumulate(_ run: ImageRun, _ pixels: Pixels, count: Int) {
    guard let moments = moments(run) else { return }
    ChannelMoments.accumulate(into: moments, channels: channels, pixels, count: count)
  }

  /// The gradient sums of a micro-batch, to be filled by whoever computes the gradient behind.
  func sums(_ run: ImageRun) -> UnsafeMutablePointer<Double> { sums + run.index * sumsSize }

  /// The same for kernels.
  func gradientSums(_ run: ImageRun) -> GradientSums.Target {
    GradientSums.Target(
      mean: mean(run), inverseDeviation: inverseDeviation(run), sums: sums(run))
  }

  /// Forgets the moments of the last batch.
  func clearMoments() {
    moments.update(repeating: 0, count: layout.microBatches.count * momentsSize)
  }

  /// Forgets the gradient sums of the last batch.
  func clearSums() {
    sums.update(repeating: 0, count: layout.microBatches.count * sumsSize)
  }

  /// Takes running statistics for those of all batches to come.
  func freeze(weights: UnsafePointer<Float>, statistics: UnsafePointer<Float>) {
    precondition(isFrozen, "what is trained is normalised by the statistics of its batch")
    BatchNormalization.normalize(
      runningMean: statistics + place.movingMean,
      runningVariance: statistics + place.movingVariance, channels: channels, epsilon: epsilon,
      gamma: weights + place.gamma, beta: weights + place.beta, scale: factor(.scale, 0),
      shift: factor(.shift, 0))
  }

  /// Turns the moments of all micro-batches into each group's scale and shift.
  func normalize(
    weights: UnsafePointer<Float>, exchange: any Exchange
  ) throws(ExchangeError) {
    try exchange.combine(
      moments, size: momentsSize, kind: .moments, plan: layout.groupPlan,
      microBatches: layout.microBatches)
    normalize(weights: weights)
  }

  /// Turns each group's covariance of an expansion's input into the expansion's scale and shift.
  func normalize(
    weights: UnsafePointer<Float>, from covariance: ExpansionCovariance,
    expandKernel: UnsafePointer<Float>
  ) {
    for index in layout.groups.indices {
      let own = moments + index * momentsSize
      if !layout.isFirstOfGroup(index) {
        own.update(from: own - momentsSize, count: momentsSize)
      } else {
        InputCovariance.expand(
          covariance.total(index), channels: covariance.channels, weights: expandKernel,
          outputChannels: channels, into: own)
      }
    }
    normalize(weights: weights)
  }

  private func normalize(weights: UnsafePointer<Float>) {
    for (index, group) in layout.groups.enumerated() where layout.isFirstOfGroup(index) {
      BatchNormalization.normalize(
        moments: moments + index * momentsSize, channels: channels, epsilon: epsilon,
        gamma: weights + place.gamma, beta: weights + place.beta,
        mean: factor(.mean, group), inverseDeviation: factor(.inverseDeviation, group),
        scale: factor(.scale, group), shift: factor(.shift, group))
    }
  }

  /// Hands the gradients of γ and β to the tree, and prepares the gradient of the input; neither is
  /// asked for in front of what is trained.
  func prepareInputGradient(
    microBatches: [ImageRun], gradients: GradientTree, exchange: any Exchange
  ) throws(ExchangeError) {
    if isFrozen { return }
    for microBatch in microBatches {
      gradients.accumulate(place.gradientRange, microBatch) { gradient in
        let own = sums(microBatch)
        for c in 0..<channels {
          gradient[place.beta + c] = Float(own[c])
          gradient[place.gamma + c] = Float(own[stride + c])
        }
      }
    }
    try exchange.combine(
      sums, size: sumsSize, kind: .sums, plan: layout.groupPlan, microBatches: layout.microBatches)
    for microBatch in microBatches where layout.isFirstOfGroup(microBatch.index) {
      BatchNormalization.gradientCoefficients(
        sums: sums(microBatch), count: moments[microBatch.index * momentsSize],
        channels: channels,
        scale: factor(.scale, microBatch.group), mean: mean(microBatch),
        inverseDeviation: inverseDeviation(microBatch), into: gradientCoefficients(microBatch))
    }
  }

  /// Doubles of one micro-batch in ``writeGroupStatistics``.
  var groupStatisticsSize: Int { momentsSize }

  /// Writes count, count·mean and summed deviations of a group, once for each group; zero for its
  /// other micro-batches. Summed over the batch they give the mean of the groups' statistics.
  func writeGroupStatistics(_ index: Int, isFirst: Bool, to target: UnsafeMutablePointer<Double>) {
    target.update(repeating: 0, count: momentsSize)
    guard isFirst else { return }
    let own = moments + index * momentsSize
    target[0] = own[0]
    for c in 1..<momentsSize { target[c] = c <= stride ? own[0] * own[c] : own[c] }
  }

  /// Moves the running statistics towards those of the batch.
  ///
  /// - Parameter totals: Sums of ``writeGroupStatistics`` over the batch; nil when the batch is one
  ///   group. The variance is the biased one, as in the TensorFlow release.
  func updateRunning(
    _ statistics: UnsafeMutablePointer<Float>, momentum: Double,
    totals: UnsafePointer<Double>?
  ) {
    let count = max((totals ?? UnsafePointer(moments))[0], 1)
    for c in 0..<channels {
      let mean = totals.map { $0[1 + c] / count } ?? moments[1 + c]
      let variance = (totals ?? UnsafePointer(moments))[1 + stride + c] / count
      let means = statistics + place.movingMean + c
      let variances = statistics + place.movingVariance + c
      means.pointee = Float(Double(means.pointee) * momentum + mean * (1 - momentum))
      variances.pointee = Float(Double(variances.pointee) * momentum + variance * (1 - momentum))
    }
  }
}
