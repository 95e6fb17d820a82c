import Kernels
import Tensors

/// Sums over pixels, and the gradient of a batch normalisation that is made of them.
enum StatisticsCases {
  /// Sums of some thousand floats near 1.
  private static let tolerance = 2e-5

  static var all: [KernelCase] {
    let wide = PixelShape.tile(Baseline.block("block4b").expandedChannels)
    let narrow = PixelShape.tile(Baseline.block("block5b").outputChannels)
    let images = ["block2b", "block5b"].map(Baseline.block).map {
      PixelShape(pixels: $0.geometry.outputs, channels: $0.outputChannels)
    }
    let inputs = ["block2a", "block2b"].map { PixelShape.tile(Baseline.block($0).inputChannels) }
    return [moments(narrow, .rows), moments(wide, .planes)]
      + inputs.map(covariance) + images.map(gradientSums)
      + [inputGradient(narrow, .rows), inputGradient(wide, .planes)]
  }

  private static func moments(
    _ shape: PixelShape, _ layout: Operands.Tensor.Layout
  ) -> KernelCase {
    KernelCase(
      "channel moments", shape, small: .small, in: .cache, tolerance: tolerance,
      operations: 5 * shape.values, floats: shape.floats
    ) { shape, operands in
      let channels = shape.channels
      let x = operands.random(shape.values)
      let source = operands.tensor(layout, x, channels: channels)
      let moments = operands.payload(ChannelMoments.size(channels: channels))
      return KernelCase.Trial(
        run: {
          ChannelMoments.accumulate(
            into: moments, channels: channels, source.pixels, count: shape.pixels)
        },
        outcome: {
          [
            (
              values(moments + 1, vectors: 2, channels: channels),
              StatisticsReference.means(x, channels: channels)
                + StatisticsReference.squaredDeviations(x, channels: channels)
            )
          ]
        })
    }
  }

  private static func covariance(_ shape: PixelShape) -> KernelCase {
    KernelCase(
      "input covariance", shape, small: .small, in: .cache, tolerance: tolerance,
      operations: 2 * shape.values * shape.channels, floats: shape.floats
    ) { shape, operands in
      let channels = shape.channels
      let x = operands.random(shape.values)
      let source = operands.tensor(.rows, x, channels: channels)
      let size = InputCovariance.size(channels: channels)
      let payload = operands.payload(size)
      let scratch = operands.room(InputCovariance.scratchSize(channels: channels))
      return KernelCase.Trial(
        run: {
          InputCovariance.accumulate(
            into: payload, channels: channels, source.start, rows: shape.pixels, scratch: scratch)
        },
        outcome: {
          let products = StatisticsReference.deviationProducts(x, channels: channels)
          return [
            (
              (1...channels).map { payload[$0] },
              StatisticsReference.means(x, channels: channels)
            ),
            (
              (channels + 1..<size).map { payload[$0] },
              (0..<channels).flatMap { i in (0...i).map { products[i * channels + $0] } }
            ),
          ]
        })
    }
  }

  /// A whole image of narrow gradients.
  private static func gradientSums(_ shape: PixelShape) -> KernelCase {
    KernelCase(
      "gradient sums", shape, small: .small, in: .memory, tolerance: tolerance,
      operations: 4 * shape.values, floats: 2 * shape.floats
    ) { shape, operands in
      let channels = shape.channels
      let (dy, x) = (operands.random(shape.values), operands.random(shape.values))
      let (mean, inverse) = (operands.random(channels), operands.random(channels))
      let (gradient, raw) = (
        operands.tensor(.rows, dy, channels: channels),
        operands.tensor(.rows, x, channels: channels)
      )
      let (means, inverses) = (operands.dense(mean), operands.dense(inverse))
      let sums = operands.payload(GradientSums.size(channels: channels))
      return KernelCase.Trial(
        run: {
          GradientSums.accumulate(
            into: .init(mean: means, inverseDeviation: inverses, sums: sums), channels: channels,
            gradient.start, factor: 1.25, raw.start, rows: shape.pixels)
        },
        outcome: {
          [
            (
              values(sums, vectors: 2, channels: channels),
              StatisticsReference.gradientSums(
                dy.map { 1.25 * $0 }, x, mean: mean, inverseDeviation: inverse)
            )
          ]
        })
    }
  }

  /// To the rows of a product, from rows or planes.
  private static func inputGradient(
    _ shape: PixelShape, _ layout: Operands.Tensor.Layout
  ) -> KernelCase {
    KernelCase(
      "batch-norm input gradient", shape, small: .small, in: .cache, tolerance: tolerance,
      operations: 4 * shape.values, floats: 3 * shape.floats
    ) { shape, operands in
      let channels = shape.channels
      let (dy, x) = (operands.random(shape.values), operands.random(shape.values))
      let (gradient, raw) = (
        operands.tensor(layout, dy, channels: channels),
        operands.tensor(layout, x, channels: channels)
      )
      let dx = operands.tensor(.rows, pixels: shape.pixels, channels: channels)
      let (coefficients, expected) = operands.inputGradient(channels)
      return KernelCase.Trial(
        run: {
          BatchNormalization.inputGradient(
            gradient.pixels, factor: 1.25, raw.pixels, count: shape.pixels, channels: channels,
            coefficients, into: dx.pixels)
        },
        outcome: { [(dx.values, expected(dy, x, 1.25))] })
    }
  }
}
