import Kernels
import Tensors
import XCTest

final class SqueezeExcitationTests: XCTestCase {
  /// Sums of at most 96 products of floats near 1, twice in a row.
  private let tolerance = 5e-6
  /// Sums over 57 pixels, then over outputs.
  private let sumTolerance = 1e-5
  private let images = 3

  override func tearDown() { releaseBuffers() }

  private let shapes = [(24, 4), (40, 10), (96, 6), (16, 1)]

  func testGatesAndAllGradientsMatchTheReference() {
    for (channels, squeezed) in shapes {
      let kernels = (
        randomValues(channels * squeezed, seed: 1), randomValues(squeezed * channels, seed: 3)
      )
      let biases = (randomValues(squeezed, seed: 2), randomValues(channels, seed: 4))
      let reference = SqueezeExcitationReference(
        reduceKernel: kernels.0, reduceBias: biases.0, expandKernel: kernels.1,
        expandBias: biases.1)
      let pooled = randomValues(images * channels, seed: 5)
      let dgate = randomValues(images * channels, seed: 6)
      let expected = reference.backward(dgate, pooled: pooled)
      let label = "\(channels) through \(squeezed)"

      let operation = SqueezeExcitation(channels: channels, squeezed: squeezed)
      let (reduceKernel, expandKernel) = (dense(kernels.0), dense(kernels.1))
      func rows(_ values: [Double], _ columns: Int) -> Pixels {
        Layout.rows.pixels(values, channels: columns)
      }
      func room(_ columns: Int) -> Pixels {
        rows([Double](repeating: 0, count: images * columns), columns)
      }
      let (reduced, hidden, dreduced) = (room(squeezed), room(squeezed), room(squeezed))
      let (gate, dpooled) = (room(channels), room(channels))
      let input = rows(pooled, channels)
      operation.forward(
        pooled: input.start, images: images, reduceKernel: reduceKernel.start,
        reduceBias: dense(biases.0).start, expandKernel: expandKernel.start,
        expandBias: dense(biases.1).start, reduced: reduced.start, hidden: hidden.start,
        gate: gate.start)
      assertClose(
        gate, reference.forward(pooled), channels: channels, tolerance: tolerance, label)

      let gradient = rows(dgate, channels)
      operation.backward(
        dgate: gradient.start, images: images, gate: gate.start, reduced: reduced.start,
        reduceKernel: reduceKernel.start, expandKernel: expandKernel.start,
        dreduced: dreduced.start, dpooled: dpooled.start)
      assertClose(
        dpooled, expected.pooled, channels: channels, tolerance: tolerance, "\(label): pooled")
      let sizes = [channels * squeezed, squeezed, squeezed * channels, channels]
      let written = sizes.map { buffer($0, filledWith: .nan) }
      operation.parameterGradients(
        dgate: gradient.start, dreduced: dreduced.start, pooled: input.start,
        hidden: hidden.start, images: images, reduceKernel: written[0].start,
        reduceBias: written[1].start, expandKernel: written[2].start,
        expandBias: written[3].start)
      for (buffer, expected) in zip(
        written,
        [expected.reduceKernel, expected.reduceBias, expected.expandKernel, expected.expandBias])
      {
        assertClose(
          values(buffer, count: expected.count), expected, tolerance: tolerance, label)
      }
    }
  }

  /// Of u = v·g and p = u·K, both dg = Σ du·v and dK = uᵀ·dp follow from vᵀ·dp.
  func testProductsGiveTheGradientsOfGateAndKernel() {
    for (channels, outputs) in [(24, 16), (40, 24), (96, 40), (16, 7)] {
      let pixels = 57
      let v = randomValues(pixels * channels, seed: 1)
      let gate = randomValues(channels, seed: 2)
      let kernel = randomValues(channels * outputs, seed: 3)
      let dp = randomValues(pixels * outputs, seed: 4)
      let u = v.indices.map { v[$0] * gate[$0 % channels] }
      let du = MatrixReference.multiplyByTransposed(dp, kernel, k: outputs)
      let dgate = MatrixReference.columnSums(
        zip(du, v).map { $0 * $1 }, columns: channels)
      let dkernel = MatrixReference.multiplyTransposed(u, dp, k: pixels)

      let gated = buffer(channels * outputs, filledWith: .nan)
      SqueezeExcitation(channels: channels, squeezed: 4).gateKernel(
        dense(kernel).start, outputs: outputs, gate: vector(gate), into: gated.start)
      assertClose(
        MatrixReference.multiply(v, values(gated, count: kernel.count), k: channels),
        MatrixReference.multiply(u, kernel, k: channels), tolerance: sumTolerance, "gated kernel")

      let products = dense(MatrixReference.multiplyTransposed(v, dp, k: pixels))
      for isAdding in [false, true] {
        let written = buffer(channels, filledWith: .nan)
        let gradient = buffer(channels * outputs, filledWith: isAdding ? 1 : .nan)
        SqueezeExcitation(channels: channels, squeezed: 4).projectionGradients(
          ofProducts: products.start, outputs: outputs, kernel: dense(kernel).start,
          gate: vector(gate), dgate: written.start, kernelGradient: gradient.start,
          accumulating: isAdding)
        let label = "\(channels) → \(outputs), adding \(isAdding)"
        assertClose(
          values(written, count: channels), dgate, tolerance: sumTolerance, "\(label): gate")
        assertClose(
          values(gradient, count: dkernel.count), dkernel.map { isAdding ? $0 + 1 : $0 },
          tolerance: sumTolerance, "\(label): kernel")
      }
    }
  }
}
