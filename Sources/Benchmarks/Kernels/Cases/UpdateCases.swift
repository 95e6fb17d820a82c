import Kernels
import Tensors

/// Residuals, the loss, and passes over the parameter arena.
enum UpdateCases {
  /// A few float32 roundings.
  private static let tolerance = 2e-6
  /// A root and a division more, and a sum of squares over millions.
  private static let optimizerTolerance = 1e-5

  static var all: [KernelCase] {
    let images = ["block2b", "block5b"].map(Baseline.block).map {
      PixelShape(pixels: $0.geometry.outputs, channels: $0.outputChannels)
    }
    let arena = ArenaShape(count: Baseline.architecture.parameterTable.trainableSize)
    return images.map(residual) + [loss(LogitShape(images: 16, classes: 1000))]
      + [norm(arena), rmsProp(arena), sgd(arena), sum(arena)]
  }

  private static func residual(_ shape: PixelShape) -> KernelCase {
    KernelCase(
      "residual", shape, small: .small, in: .memory, tolerance: tolerance,
      operations: 3 * shape.values, floats: 3 * shape.floats
    ) { shape, operands in
      let channels = shape.channels
      let (x, skip) = (operands.random(shape.values), operands.random(shape.values))
      let (normalization, reference) = operands.reader(channels, .identity)
      let (raw, input) = (
        operands.tensor(.rows, x, channels: channels),
        operands.tensor(.rows, skip, channels: channels)
      )
      let y = operands.tensor(.rows, pixels: shape.pixels, channels: channels)
      return KernelCase.Trial(
        run: {
          ResidualAddition.apply(
            raw.start, rows: shape.pixels, channels: channels, normalization, .identity,
            factor: 1.25, skip: input.start, into: y.start)
        },
        outcome: { [(y.values, zip(reference.forward(x), skip).map { 1.25 * $0 + $1 })] })
    }
  }

  private struct LogitShape: CustomStringConvertible {
    let images, classes: Int
    var description: String { "\(images)×\(classes)" }
  }

  /// Logits, which become their gradient, are written anew before.
  private static func loss(_ shape: LogitShape) -> KernelCase {
    let values = shape.images * shape.classes
    return KernelCase(
      "softmax cross-entropy", shape, small: LogitShape(images: 3, classes: 7), in: .cache,
      tolerance: tolerance, operations: 6 * values, floats: 2 * values
    ) { shape, operands in
      let smoothing = 0.1
      let logits = operands.random(shape.images * shape.classes, scale: 4)
      let labels = (0..<shape.images).map { Int32($0 % shape.classes) }
      let given = operands.tensor(.rows, logits, channels: shape.classes)
      let gradient = operands.tensor(.rows, pixels: shape.images, channels: shape.classes)
      let total = operands.payload(1)
      return KernelCase.Trial(
        run: {
          gradient.start.update(from: given.start, count: given.size)
          total[0] =
            SoftmaxCrossEntropy.backward(
              gradient.start, images: shape.images, classes: shape.classes, labels: labels,
              smoothing: smoothing
            ).loss
        },
        outcome: {
          let rows = (0..<shape.images).map { image in
            SoftmaxReference.loss(
              Array(logits[image * shape.classes..<(image + 1) * shape.classes]),
              label: Int(labels[image]), smoothing: smoothing)
          }
          return [
            (gradient.values, rows.flatMap(\.gradient)),
            ([total[0]], [rows.reduce(0) { $0 + $1.loss }]),
          ]
        })
    }
  }

  private struct ArenaShape: CustomStringConvertible {
    let count: Int

    /// Four blocks of the norm, one more, and a rest.
    static let small = ArenaShape(count: 5 * 4096 + 48)
    static let part = ArenaShape(count: 1 << 18)

    var description: String { "\(count)" }
  }

  /// Checked on a part, timed on all of B0's parameters.
  private static func arena(
    _ name: String, _ shape: ArenaShape, operations: Int, passes: Int,
    trial: @escaping (ArenaShape, Operands) -> KernelCase.Trial
  ) -> KernelCase {
    KernelCase(
      name, shape, small: .small, checked: .part, in: .memory, tolerance: optimizerTolerance,
      operations: operations * shape.count, floats: passes * shape.count, trial: trial)
  }

  private static func norm(_ shape: ArenaShape) -> KernelCase {
    arena("gradient norm", shape, operations: 2, passes: 1) { shape, operands in
      let g = operands.random(shape.count)
      let gradient = operands.flat(g)
      let sum = operands.payload(1)
      return KernelCase.Trial(
        run: { sum[0] = OptimizerStep.sumOfSquares(gradient.start, count: shape.count) },
        outcome: { [([sum[0]], [g.reduce(0) { $0 + $1 * $1 }])] })
    }
  }

  private static func sum(_ shape: ArenaShape) -> KernelCase {
    arena("gradient tree", shape, operations: 1, passes: 3) { shape, operands in
      let (a, b) = (operands.random(shape.count), operands.random(shape.count))
      let (sum, other) = (operands.flat(a), operands.flat(b))
      return KernelCase.Trial(
        run: { GradientTransport.float32.add(other.start, to: sum.start, count: shape.count) },
        outcome: { [(sum.values, zip(a, b).map { $0 + $1 })] })
    }
  }

  private static func rmsProp(_ shape: ArenaShape) -> KernelCase {
    arena("RMSProp + moving average", shape, operations: 17, passes: 9) { shape, operands in
      let arena = Arena(shape, operands)
      return KernelCase.Trial(
        run: {
          OptimizerStep.rmsProp(
            arena.weights.start, gradient: arena.gradient.start,
            meanSquare: arena.meanSquare.start, velocity: arena.velocity.start,
            average: arena.averaged, count: shape.count, use: Arena.use, rate: 0.01, decay: 0.9,
            momentum: 0.8, epsilon: 1e-3)
        },
        outcome: {
          arena.outcome {
            $0.rmsProp(
              scale: 0.25, weightDecay: 0.01, rate: 0.01, decay: 0.9, momentum: 0.8,
              epsilon: 1e-3, averageDecay: 0.99)
          }
        })
    }
  }

  private static func sgd(_ shape: ArenaShape) -> KernelCase {
    arena("SGD + moving average", shape, operations: 12, passes: 7) { shape, operands in
      let arena = Arena(shape, operands)
      return KernelCase.Trial(
        run: {
          OptimizerStep.sgd(
            arena.weights.start, gradient: arena.gradient.start, velocity: arena.velocity.start,
            average: arena.averaged, count: shape.count, use: Arena.use, rate: 0.01,
            momentum: 0.8, isNesterov: true)
        },
        outcome: {
          arena.outcome {
            $0.nesterov(
              scale: 0.25, weightDecay: 0.01, rate: 0.01, momentum: 0.8, averageDecay: 0.99)
          }
        })
    }
  }

  /// Parameters with what an optimizer keeps of them.
  private struct Arena {
    static let use = OptimizerStep.GradientUse(scale: 0.25, weightDecay: 0.01)

    let weights, gradient, meanSquare, velocity, average: Operands.Tensor
    private let before: [OptimizerReference]

    init(_ shape: ArenaShape, _ operands: Operands) {
      let parts = (0..<5).map { _ in operands.random(shape.count) }
      before = (0..<shape.count).map {
        OptimizerReference(
          weight: parts[0][$0], gradient: parts[1][$0], meanSquare: abs(parts[2][$0]),
          velocity: parts[3][$0], average: parts[4][$0])
      }
      weights = operands.flat(parts[0])
      gradient = operands.flat(parts[1])
      meanSquare = operands.flat(parts[2].map(abs))
      velocity = operands.flat(parts[3])
      average = operands.flat(parts[4])
    }

    var averaged: OptimizerStep.Average { .init(average.start, decay: 0.99) }

    func outcome(
      _ step: (inout OptimizerReference) -> Void
    ) -> [(actual: [Double], expected: [Double])] {
      let after = before.map {
        var parameter = $0
        step(&parameter)
        return parameter
      }
      return [
        (weights.values, after.map(\.weight)), (meanSquare.values, after.map(\.meanSquare)),
        (velocity.values, after.map(\.velocity)), (average.values, after.map(\.average)),
      ]
    }
  }
}
