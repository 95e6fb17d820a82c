import Kernels
import Tensors

/// What is applied to pixels of a tile on the way: normalisation, activation, gate, and back.
enum ActivationCases {
  /// Swish in single precision, of arguments near 4.
  private static let tolerance = 1e-5

  static var all: [KernelCase] {
    let tiles = ["block2b", "block5b"].map { PixelShape.tile(Baseline.block($0).expandedChannels) }
    // Two channel blocks of a few rows stay in the cache of the first level.
    return [swish(PixelShape(pixels: 64, channels: 32))] + tiles.map(normalize)
      + tiles.map(pool) + tiles.map(gate) + tiles.map(gateBackward) + tiles.map(backward)
  }

  private static func elementwise(
    _ name: String, _ shape: PixelShape, operations: Int, tensors: Int,
    trial: @escaping (PixelShape, Operands) -> KernelCase.Trial
  ) -> KernelCase {
    KernelCase(
      name, shape, small: .small, in: .cache, tolerance: tolerance,
      operations: operations * shape.values, floats: tensors * shape.floats, trial: trial)
  }

  /// The rate of swish and of the sigmoid in it: in planes that nothing holds up.
  private static func swish(_ shape: PixelShape) -> KernelCase {
    elementwise("swish rate", shape, operations: 4, tensors: 2) {
      reading($0, $1, into: .planes, mean: false)
    }
  }

  /// From planes to the rows of a product.
  private static func normalize(_ shape: PixelShape) -> KernelCase {
    elementwise("normalise + activate", shape, operations: 4, tensors: 2) {
      reading($0, $1, into: .rows, mean: false)
    }
  }

  /// As squeeze-and-excitation does it.
  private static func pool(_ shape: PixelShape) -> KernelCase {
    elementwise("normalise + activate + mean", shape, operations: 5, tensors: 2) {
      reading($0, $1, into: .planes, mean: true)
    }
  }

  private static func reading(
    _ shape: PixelShape, _ operands: Operands, into layout: Operands.Tensor.Layout, mean: Bool
  ) -> KernelCase.Trial {
    let channels = shape.channels
    let x = operands.random(shape.values)
    let source = operands.tensor(.planes, x, channels: channels)
    let target = operands.tensor(layout, pixels: shape.pixels, channels: channels)
    let pooled = operands.room(channelStride(channels))
    let (normalization, reference) = operands.reader(channels, .swish)
    return KernelCase.Trial(
      run: {
        NormalizedActivation.apply(
          NormalizedPixels(source.pixels, normalization, .swish), count: shape.pixels,
          channels: channels, into: target.pixels, mean: mean ? pooled : nil)
      },
      outcome: {
        let expected = reference.forward(x)
        guard mean else { return [(target.values, expected)] }
        return [
          (target.values, expected),
          (values(pooled, channels), StatisticsReference.means(expected, channels: channels)),
        ]
      })
  }

  private static func gate(_ shape: PixelShape) -> KernelCase {
    elementwise("gate", shape, operations: 1, tensors: 2) { shape, operands in
      let channels = shape.channels
      let (x, gate) = (operands.random(shape.values), operands.random(channels))
      let (source, factors) = (
        operands.tensor(.planes, x, channels: channels), operands.dense(gate)
      )
      let target = operands.tensor(.rows, pixels: shape.pixels, channels: channels)
      return KernelCase.Trial(
        run: {
          source.pixels.gate(
            count: shape.pixels, channels: channels, by: factors, into: target.pixels)
        },
        outcome: { [(target.values, x.indices.map { x[$0] * gate[$0 % channels] })] })
    }
  }

  /// The gated pixels again, and the gradient of the gate.
  private static func gateBackward(_ shape: PixelShape) -> KernelCase {
    elementwise("gate backward", shape, operations: 7, tensors: 3) { shape, operands in
      let channels = shape.channels
      let (du, x) = (operands.random(shape.values), operands.random(shape.values))
      let gate = operands.random(channels)
      let (normalization, reference) = operands.reader(channels, .swish)
      let (gradient, raw) = (
        operands.tensor(.rows, du, channels: channels),
        operands.tensor(.planes, x, channels: channels)
      )
      let u = operands.tensor(.rows, pixels: shape.pixels, channels: channels)
      let (factors, dgate) = (operands.dense(gate), operands.room(channelStride(channels)))
      return KernelCase.Trial(
        run: {
          NormalizedActivation.gateGradient(
            gradient.pixels, NormalizedPixels(raw.pixels, normalization, .swish),
            count: shape.pixels, channels: channels, gate: factors, into: u.pixels, dgate: dgate)
        },
        outcome: {
          let v = reference.forward(x)
          return [
            (u.values, v.indices.map { v[$0] * gate[$0 % channels] }),
            (
              values(dgate, channels),
              MatrixReference.columnSums(zip(du, v).map { $0 * $1 }, columns: channels)
            ),
          ]
        })
    }
  }

  /// Through gate and activation, with the sums for the batch normalisation.
  private static func backward(_ shape: PixelShape) -> KernelCase {
    elementwise("activation backward", shape, operations: 14, tensors: 3) { shape, operands in
      let channels = shape.channels
      let (du, x) = (operands.random(shape.values), operands.random(shape.values))
      let (gate, pooled) = (operands.random(channels), operands.random(channels))
      let (mean, inverse) = (operands.random(channels), operands.random(channels))
      let (normalization, reference) = operands.reader(channels, .swish)
      let (gradient, raw) = (
        operands.tensor(.rows, du, channels: channels),
        operands.tensor(.planes, x, channels: channels)
      )
      let dz = operands.tensor(.planes, pixels: shape.pixels, channels: channels)
      let sums = operands.payload(GradientSums.size(channels: channels))
      let factors = NormalizedActivation.Gate(
        gate: operands.dense(gate), pooled: operands.dense(pooled))
      let (means, inverses) = (operands.dense(mean), operands.dense(inverse))
      return KernelCase.Trial(
        run: {
          NormalizedActivation.backward(
            gradient.pixels, NormalizedPixels(raw.pixels, normalization, .swish),
            count: shape.pixels, channels: channels, gate: factors, into: dz.pixels,
            sums: GradientSums.Target(mean: means, inverseDeviation: inverses, sums: sums))
        },
        outcome: {
          let expected = reference.backward(du, x, gate: (gate, pooled))
          return [
            (dz.values, expected),
            (
              values(sums, vectors: 2, channels: channels),
              StatisticsReference.gradientSums(
                expected, x, mean: mean, inverseDeviation: inverse)
            ),
          ]
        })
    }
  }
}
