import Kernels
public import Networks
import Tensors

/// Applies the gradient of a batch to a model: clipping, decay, optimizer, moving averages.
public struct Optimizer: Sendable {
  private let settings: OptimizerConfiguration
  private let averagingDecay: Double
  private let clipNorm: Double?
  private let runs: [Run]

  /// Neighbouring tensors that are all decayed, or all not.
  private struct Run: Sendable {
    let offset: Int
    let count: Int
    let isDecayed: Bool
  }

  /// - Parameters:
  ///   - averagingDecay: Decay of the moving average; 0 for none.
  ///   - clipNorm: Largest global norm of the mean gradient, before weight decay; nil for any.
  public init(
    _ settings: OptimizerConfiguration, table: ParameterTable, averagingDecay: Double = 0,
    clipNorm: Double? = nil
  ) {
    self.settings = settings
    self.averagingDecay = averagingDecay
    self.clipNorm = clipNorm
    var runs: [Run] = []
    for tensor in table.trainable {
      let isDecayed = !tensor.kind.isNormalization
      let count = channelStride(tensor.count)
      if let last = runs.last, last.isDecayed == isDecayed {
        runs[runs.count - 1] = Run(
          offset: last.offset, count: last.count + count, isDecayed: isDecayed)
      } else {
        runs.append(Run(offset: tensor.offset, count: count, isDecayed: isDecayed))
      }
    }
    self.runs = runs
  }

  /// Takes one step and counts it.
  ///
  /// - Parameters:
  ///   - gradient: Gradient of the *sum* of all images' losses, in the places of the table.
  ///   - imageCount: Images of the batch; the one division of a step.
  ///   - rate: Learning rate.
  public func step(
    _ state: ModelState, gradient: UnsafePointer<Float>, imageCount: Int, rate: Double
  ) {
    var scale = 1 / Double(imageCount)
    if let clipNorm {
      let norm =
        OptimizerStep.sumOfSquares(gradient, count: state.weights.count).squareRoot() * scale
      if norm > clipNorm { scale *= clipNorm / norm }
    }
    for run in runs {
      let use = OptimizerStep.GradientUse(
        scale: Float(scale), weightDecay: run.isDecayed ? Float(settings.weightDecay) : 0)
      if let meanSquare = state.meanSquare {
        OptimizerStep.rmsProp(
          state.weights.start + run.offset, gradient: gradient + run.offset,
          meanSquare: meanSquare.start + run.offset, velocity: state.velocity.start + run.offset,
          count: run.count, use: use, rate: Float(rate), decay: Float(settings.decay),
          momentum: Float(settings.momentum), epsilon: Float(settings.epsilon))
      } else {
        OptimizerStep.sgd(
          state.weights.start + run.offset, gradient: gradient + run.offset,
          velocity: state.velocity.start + run.offset, count: run.count, use: use,
          rate: Float(rate), momentum: Float(settings.momentum), isNesterov: settings.nesterov)
      }
    }
    state.step += 1
  }

  /// Moves the averages of parameters and running statistics towards their present values.
  ///
  /// The decay ramps up as min(decay, (1 + t)/(10 + t)) with t the steps taken, as TensorFlow's
  /// `ExponentialMovingAverage` with `num_updates`.
  public func average(_ state: ModelState) {
    guard let weights = state.averagedWeights, let statistics = state.averagedStatistics else {
      return
    }
    let decay = Float(min(averagingDecay, Double(1 + state.step) / Double(10 + state.step)))
    OptimizerStep.average(
      weights.start, towards: state.weights.start, count: weights.count, decay: decay)
    OptimizerStep.average(
      statistics.start, towards: state.statistics.start, count: statistics.count, decay: decay)
  }
}
