import Kernels
import Networks
import Tensors

/// The products of expansions, projections and head, a tile at a time, and those of their
/// gradients. What is wide lies in planes, what is narrow in rows, as in the network.
enum ProductCases {
  /// Sums of at most 1,280 products of floats near 1.
  private static let tolerance = 1e-5

  static var all: [KernelCase] {
    let expansions = ["block3b", "block4b", "block6b"].map(Baseline.block).map {
      ProductShape(name: "expansion", k: $0.inputChannels, n: $0.expandedChannels)
    }
    let projections = ["block2b", "block3b", "block5b", "block7a"].map(Baseline.block).map {
      ProductShape(name: "projection", k: $0.expandedChannels, n: $0.outputChannels)
    }
    let head = ProductShape(
      name: "head", k: Baseline.block("block7a").outputChannels,
      n: Baseline.architecture.headChannels)
    return (expansions + projections + [head]).flatMap {
      [forward($0), inputGradient($0), kernelGradient($0)]
    }
  }

  /// A tile `[rows, k]` times a kernel `[k, n]`.
  private struct ProductShape: CustomStringConvertible {
    var name = ""
    var rows = PixelProduct.tileRows
    let k, n: Int

    static let small = ProductShape(rows: 37, k: 24, n: 40)

    var products: Int { rows * k * n }
    /// Layouts of what is multiplied and of the product.
    var front: Operands.Tensor.Layout { k > n ? .planes : .rows }
    var behind: Operands.Tensor.Layout { k > n ? .rows : .planes }
    /// Floats of both tiles and of the kernel.
    var floats: Int { rows * (channelStride(k) + channelStride(n)) + k * n }
    var description: String { "\(rows)×\(k)→\(n)" }
  }

  private static func product(
    _ shape: ProductShape, _ direction: String,
    trial: @escaping (ProductShape, Operands) -> KernelCase.Trial
  ) -> KernelCase {
    KernelCase(
      "\(shape.name) \(direction)", shape, small: .small, in: .cache, tolerance: tolerance,
      operations: 2 * shape.products, floats: shape.floats, trial: trial)
  }

  private static func forward(_ shape: ProductShape) -> KernelCase {
    product(shape, "product") { shape, operands in
      let (a, b) = (operands.random(shape.rows * shape.k), operands.random(shape.k * shape.n))
      let x = operands.tensor(shape.front, a, channels: shape.k)
      let kernel = operands.dense(b)
      let y = operands.tensor(shape.behind, pixels: shape.rows, channels: shape.n)
      return KernelCase.Trial(
        run: {
          PixelProduct.multiply(
            x.pixels, count: shape.rows, depth: shape.k, .matrix(kernel, columns: shape.n),
            columns: shape.n, into: y.pixels)
        },
        outcome: { [(y.values, MatrixReference.multiply(a, b, k: shape.k))] })
    }
  }

  private static func inputGradient(_ shape: ProductShape) -> KernelCase {
    product(shape, "input gradient") { shape, operands in
      let (a, b) = (operands.random(shape.rows * shape.n), operands.random(shape.k * shape.n))
      let (dy, kernel) = (
        operands.tensor(shape.behind, a, channels: shape.n), operands.dense(b)
      )
      let dx = operands.tensor(shape.front, pixels: shape.rows, channels: shape.k)
      let panels = operands.room(channelStride(shape.k) * shape.n)
      PixelProduct.packTransposed(kernel, rows: shape.k, columns: shape.n, into: panels)
      return KernelCase.Trial(
        run: {
          PixelProduct.multiply(
            dy.pixels, count: shape.rows, depth: shape.n, .planes(panels, pixels: shape.n),
            columns: shape.k, into: dx.pixels)
        },
        outcome: { [(dx.values, MatrixReference.multiplyByTransposed(a, b, k: shape.n))] })
    }
  }

  private static func kernelGradient(_ shape: ProductShape) -> KernelCase {
    product(shape, "kernel gradient") { shape, operands in
      let (a, b) = (operands.random(shape.rows * shape.k), operands.random(shape.rows * shape.n))
      let (x, dy) = (
        operands.tensor(shape.front, a, channels: shape.k),
        operands.tensor(shape.behind, b, channels: shape.n)
      )
      let dw = operands.room(shape.k * shape.n)
      return KernelCase.Trial(
        run: {
          PixelProduct.multiplyTransposed(
            x.pixels, rows: shape.k, dy.pixels, columns: shape.n, count: shape.rows, into: dw,
            adding: false)
        },
        outcome: {
          [
            (
              values(dw, shape.k * shape.n),
              MatrixReference.multiplyTransposed(a, b, k: shape.rows)
            )
          ]
        })
    }
  }
}
