import Kernels
public import Networks
import Tensors

/// Applies the gradient of a batch to a model: clipping, decay, optimizer, moving averages.
public struct Optimizer: Sendable {
  private let settings: OptimizerConfiguration
  private let averagingDecay: Double
  private let clipNorm: Double?
  private let firstTrained: Int
  private let runs: [Run]

  /// Neighbouring tensors that are treated alike; with LARS a single tensor.
  private struct Run: Sendable {
    let offset: Int
    var count: Int
    let isDecayed: Bool
    /// Factor of the learning rate.
    let rateFactor: Double
  }

  /// - Parameters:
  ///   - settings: Section `optimizer`.
  ///   - table: Places of the parameters.
  ///   - averagingDecay: Decay of the moving average; 0 for none.
  ///   - clipNorm: Largest global norm of the mean gradient, before weight decay; nil for any.
  ///   - firstTrained: First place of the parameters that is trained.
  ///   - backboneRate: Factor of the learning rate for all but the classifier.
  public init(
    _ settings: OptimizerConfiguration, table: ParameterTable, averagingDecay: Double = 0,
    clipNorm: Double? = nil, firstTrained: Int = 0, backboneRate: Double = 1
  ) {
    self.settings = settings
    self.averagingDecay = averagingDecay
    self.clipNorm = clipNorm
    self.firstTrained = firstTrained
    var runs: [Run] = []
    let isLARS = settings.kind == .lars
    for tensor in table.trainable where tensor.offset >= firstTrained {
      let isDecayed = !tensor.kind.isNormalization && !(isLARS && tensor.kind == .bias)
      let rateFactor = tensor.isClassifier ? 1 : backboneRate
      let count = channelStride(tensor.count)
      if let last = runs.last, last.isDecayed == isDecayed, last.rateFactor == rateFactor, !isLARS {
        runs[runs.count - 1].count += count
      } else {
        runs.append(
          Run(offset: tensor.offset, count: count, isDecayed: isDecayed, rateFactor: rateFactor))
      }
    }
    self.runs = runs
  }

  /// Takes one step, moves the average of the parameters and counts the step.
  ///
  /// The arena is read once for the gradient's norm, and gone through once for everything else.
  ///
  /// - Parameters:
  ///   - state: Weights, moments and averages. Overwritten.
  ///   - gradient: Gradient of the *sum* of all images' losses, in the places of the table; not
  ///     read before the first that is trained.
  ///   - imageCount: Images of the batch; the one division of a step.
  ///   - rate: Learning rate.
  /// - Returns: Whether the step was taken: a gradient whose norm is infinite or not a number would
  ///   poison weights and moments for good, and changes nothing.
  public func step(
    _ state: ModelState, gradient: UnsafePointer<Float>, imageCount: Int, rate: Double
  ) -> Bool {
    let sumOfSquares = OptimizerStep.sumOfSquares(
      gradient + firstTrained, count: state.weights.count - firstTrained)
    guard sumOfSquares.isFinite else { return false }
    var scale = 1 / Double(imageCount)
    if let clipNorm {
      let norm = sumOfSquares.squareRoot() * scale
      if norm > clipNorm { scale *= clipNorm / norm }
    }
    state.step += 1
    let averageDecay = averageDecay(of: state)
    for run in runs {
      let use = OptimizerStep.GradientUse(
        scale: Float(scale), weightDecay: run.isDecayed ? Float(settings.weightDecay) : 0)
      let average = state.averagedWeights.map {
        OptimizerStep.Average($0.start + run.offset, decay: averageDecay)
      }
      let rate = rate * run.rateFactor
      let weights = state.weights.start + run.offset
      let gradient = gradient + run.offset
      let velocity = state.velocity.start + run.offset
      let momentum = Float(settings.momentum)
      switch settings.kind {
      case .rmsprop:
        guard let meanSquare = state.meanSquare else {
          preconditionFailure("a state without mean squares")
        }
        OptimizerStep.rmsProp(
          weights, gradient: gradient, meanSquare: meanSquare.start + run.offset,
          velocity: velocity, average: average, count: run.count, use: use, rate: Float(rate),
          decay: Float(settings.decay), momentum: momentum, epsilon: Float(settings.epsilon))
      case .sgd:
        OptimizerStep.sgd(
          weights, gradient: gradient, velocity: velocity, average: average, count: run.count,
          use: use, rate: Float(rate), momentum: momentum, isNesterov: settings.nesterov)
      case .lars:
        let trust = run.isDecayed ? trustRatio(weights, gradient, run.count, scale: scale) : 1
        OptimizerStep.lars(
          weights, gradient: gradient, velocity: velocity, average: average, count: run.count,
          use: use, rate: Float(rate * trust), momentum: momentum, isNesterov: settings.nesterov)
      }
    }
    return true
  }

  /// The trust ratio of LARS, η·‖w‖/(‖g‖ + decay·‖w‖ + ε), or 1 where a norm is 0 (You, Gitman &
  /// Ginsburg 2017, arXiv:1708.03888, as in the official large-batch recipe).
  private func trustRatio(
    _ weights: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ count: Int, scale: Double
  ) -> Double {
    let norm = OptimizerStep.sumOfSquares(weights, count: count).squareRoot()
    let gradientNorm = OptimizerStep.sumOfSquares(gradient, count: count).squareRoot() * scale
    guard norm > 0 && gradientNorm > 0 else { return 1 }
    return settings.trustCoefficient * norm
      / (gradientNorm + settings.weightDecay * norm + settings.epsilon)
  }

  /// Floats of the arenas that a step reads and writes.
  package static func floatsMoved(_ state: ModelState) -> (read: Int, written: Int) {
    let changed = [state.weights, state.velocity, state.meanSquare, state.averagedWeights]
      .reduce(0) { $0 + ($1?.count ?? 0) }
    // The gradient is read for its norm, and once more with everything that changes.
    return (read: 2 * state.weights.count + changed, written: changed)
  }

  /// Moves the average of the running statistics towards their values after a step.
  public func averageStatistics(_ state: ModelState) {
    guard let average = state.averagedStatistics else { return }
    OptimizerStep.average(
      OptimizerStep.Average(average.start, decay: averageDecay(of: state)),
      towards: state.statistics.start, count: average.count)
  }

  /// The decay ramps up as min(decay, (1 + t)/(10 + t)) with t the steps taken, as TensorFlow's
  /// `ExponentialMovingAverage` with `num_updates`.
  private func averageDecay(of state: ModelState) -> Float {
    Float(min(averagingDecay, Double(1 + state.step) / Double(10 + state.step)))
  }
}
