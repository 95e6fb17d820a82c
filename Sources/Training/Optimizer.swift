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

  /// Takes one step, moves the average of the parameters and counts the step.
  ///
  /// The arena is read once for the gradient's norm, and gone through once for everything else.
  ///
  /// - Parameters:
  ///   - gradient: Gradient of the *sum* of all images' losses, in the places of the table.
  ///   - imageCount: Images of the batch; the one division of a step.
  ///   - rate: Learning rate.
  /// - Returns: Whether the step was taken: a gradient whose norm is infinite or not a number would
  ///   poison weights and moments for good, and changes nothing.
  public func step(
    _ state: ModelState, gradient: UnsafePointer<Float>, imageCount: Int, rate: Double
  ) -> Bool {
    let sumOfSquares = OptimizerStep.sumOfSquares(gradient, count: state.weights.count)
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
      if let meanSquare = state.meanSquare {
        OptimizerStep.rmsProp(
          state.weights.start + run.offset, gradient: gradient + run.offset,
          meanSquare: meanSquare.start + run.offset, velocity: state.velocity.start + run.offset,
          average: average, count: run.count, use: use, rate: Float(rate),
          decay: Float(settings.decay), momentum: Float(settings.momentum),
          epsilon: Float(settings.epsilon))
      } else {
        OptimizerStep.sgd(
          state.weights.start + run.offset, gradient: gradient + run.offset,
          velocity: state.velocity.start + run.offset, average: average, count: run.count,
          use: use, rate: Float(rate), momentum: Float(settings.momentum),
          isNesterov: settings.nesterov)
      }
    }
    return true
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
