import Tensors

/// The transforms of minimal filtering, with these matrices:
///
///     Bᵀ = 1  0 −1  0    G = 1  0  0    Aᵀ = 1  1  1  0
///          0  1  1  0        ½  ½  ½         0  1 −1 −1
///          0 −1  1  0        ½ −½  ½
///          0  1  0 −1        0  0  1
extension WinogradConvolution {
  /// Four vectors of a column or row of a tile.
  private typealias Four = (Vector, Vector, Vector, Vector)

  /// `Bᵀ·x`.
  @inline(__always)
  private static func inputs(_ x: Four) -> Four { (x.0 - x.2, x.1 + x.2, x.2 - x.1, x.1 - x.3) }

  /// `Aᵀ·m`.
  @inline(__always)
  private static func outputs(_ m: Four) -> (Vector, Vector) {
    (m.0 + m.1 + m.2, m.1 - m.2 - m.3)
  }

  /// `A·d`.
  @inline(__always)
  private static func gradients(_ d0: Vector, _ d1: Vector) -> Four { (d0, d0 + d1, d0 - d1, -d1) }

  /// `G·w`.
  @inline(__always)
  private static func weights(_ w0: Vector, _ w1: Vector, _ w2: Vector) -> Four {
    let (even, odd) = (0.5 * (w0 + w2), 0.5 * w1)
    return (w0, even + odd, even - odd, w2)
  }

  /// `Gᵀ·u`.
  @inline(__always)
  private static func weightGradients(_ u: Four) -> (Vector, Vector, Vector) {
    let (sum, difference) = (0.5 * (u.1 + u.2), 0.5 * (u.1 - u.2))
    return (u.0 + sum, difference, sum + u.3)
  }

  /// The four padded rows that a row of tiles sees.
  struct Rows {
    private let r0, r1, r2, r3: UnsafePointer<Float>
    /// Floats from one pixel to the next.
    private let step: Int

    init(_ start: UnsafePointer<Float>, rowSize: Int, step: Int) {
      (r0, r1) = (start, start + rowSize)
      (r2, r3) = (start + 2 * rowSize, start + 3 * rowSize)
      self.step = step
    }

    @inline(__always)
    private func column(_ offset: Int) -> Four {
      (r0.vector(offset), r1.vector(offset), r2.vector(offset), r3.vector(offset))
    }

    /// Writes `Bᵀ·x·B` of `count` tiles, `[16, count, step]`.
    ///
    /// - Parameter tap: Floats from one of the 16 to the next.
    func transformInputs(
      _ first: Int, _ count: Int, into target: UnsafeMutablePointer<Float>, tap: Int
    ) {
      for tile in 0..<count {
        let pixel = 2 &* (first &+ tile) &* step
        for c in stride(from: 0, to: step, by: vectorWidth) {
          let at = pixel &+ c
          let x0 = inputs(column(at))
          let x1 = inputs(column(at &+ step))
          let x2 = inputs(column(at &+ 2 &* step))
          let x3 = inputs(column(at &+ 3 &* step))
          let out = target + (tile &* step &+ c)
          out.store(inputs((x0.0, x1.0, x2.0, x3.0)), 0, tap)
          out.store(inputs((x0.1, x1.1, x2.1, x3.1)), 4 &* tap, tap)
          out.store(inputs((x0.2, x1.2, x2.2, x3.2)), 8 &* tap, tap)
          out.store(inputs((x0.3, x1.3, x2.3, x3.3)), 12 &* tap, tap)
        }
      }
    }

    /// Writes `A·d·Aᵀ` of the 2×2 pixels in the middle of `count` tiles, `[16, count, channels]`.
    ///
    /// - Parameter tap: Floats from one of the 16 to the next.
    func transformGradients(
      _ count: Int, channels: Int, into target: UnsafeMutablePointer<Float>, tap: Int
    ) {
      for tile in 0..<count {
        let pixel = (2 &* tile &+ 1) &* step
        for c in stride(from: 0, to: channels, by: vectorWidth) {
          let at = pixel &+ c
          let left = gradients(r1.vector(at), r2.vector(at))
          let right = gradients(r1.vector(at &+ step), r2.vector(at &+ step))
          let out = target + (tile &* channels &+ c)
          out.store(gradients(left.0, right.0), 0, tap)
          out.store(gradients(left.1, right.1), 4 &* tap, tap)
          out.store(gradients(left.2, right.2), 8 &* tap, tap)
          out.store(gradients(left.3, right.3), 12 &* tap, tap)
        }
      }
    }
  }

  /// The two rows of pixels that a row of tiles writes.
  struct Target {
    private let y: Pixels
    /// Pixels of a row.
    private let width: Int
    /// Whether the second row is missing.
    private let isLast: Bool
    private let isAdding: Bool

    init(_ y: Pixels, width: Int, isLast: Bool, isAdding: Bool) {
      self.y = y
      self.width = width
      self.isLast = isLast
      self.isAdding = isAdding
    }

    /// Writes `Aᵀ·m·A` of the 16 channels from `channel` on, as far as there are pixels.
    ///
    /// - Parameters:
    ///   - m: `[16, count, …]`, tiles `step` floats and products `tap` floats apart.
    ///   - first: Of the tiles, in their row.
    func transformOutputs(
      _ m: UnsafePointer<Float>, step: Int, tap: Int, _ first: Int, _ count: Int, channel: Int
    ) {
      let target = y.block(channel)
      @inline(__always)
      func row(_ row: Int, _ tile: Int) -> Four {
        let m = m + (4 &* row &* tap &+ tile &* step)
        return (m.vector(0), m.vector(tap), m.vector(2 &* tap), m.vector(3 &* tap))
      }
      for tile in 0..<count {
        let column = 2 &* (first &+ tile)
        guard column < width else { return }
        let (m0, m1) = (row(0, tile), row(1, tile))
        let (m2, m3) = (row(2, tile), row(3, tile))
        let a0 = outputs((m0.0, m1.0, m2.0, m3.0))
        let a1 = outputs((m0.1, m1.1, m2.1, m3.1))
        let a2 = outputs((m0.2, m1.2, m2.2, m3.2))
        let a3 = outputs((m0.3, m1.3, m2.3, m3.3))
        let top = outputs((a0.0, a1.0, a2.0, a3.0))
        let bottom = outputs((a0.1, a1.1, a2.1, a3.1))
        let upper = target + column &* y.step
        let lower = upper + width &* y.step
        let isNarrow = column &+ 1 == width
        upper.store(top.0, 0, adding: isAdding)
        if !isNarrow { upper.store(top.1, y.step, adding: isAdding) }
        guard !isLast else { continue }
        lower.store(bottom.0, 0, adding: isAdding)
        if !isNarrow { lower.store(bottom.1, y.step, adding: isAdding) }
      }
    }
  }

  /// Arranges `[3, 3, depth, columns]` weights for ``convolve(_:_:panels:into:adding:scratch:)``:
  /// `G·w·Gᵀ` as panels `[16, columns/16, depth, 16]`, with zeros for the columns that are missing.
  func pack(_ weights: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>) {
    pack(into: panels, step: 1) { tap, row, column in
      weights + ((tap * depth + row) * columns + column)
    }
  }

  /// Arranges the weights `[3, 3, columns, depth]` of the convolution whose input's gradient this
  /// one computes: turned by half a circle, and from its outputs to its inputs.
  func packTransposed(
    _ weights: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>
  ) {
    pack(into: panels, step: depth) { tap, row, column in
      weights + (((8 - tap) * columns + column) * depth + row)
    }
  }

  /// Writes `G·w·Gᵀ` of weights that lie `step` apart from one column to the next.
  @inline(__always)
  private func pack(
    into panels: UnsafeMutablePointer<Float>, step: Int,
    _ weight: (_ tap: Int, _ row: Int, _ column: Int) -> UnsafePointer<Float>
  ) {
    let tap = depth * channelStride(columns)
    for first in stride(from: 0, to: columns, by: vectorWidth) {
      let lanes = min(vectorWidth, columns - first)
      for row in 0..<depth {
        @inline(__always)
        func column(_ kx: Int) -> Four {
          func weights(_ ky: Int) -> Vector {
            weight(3 * ky + kx, row, first).vector(lanes: lanes, step: step)
          }
          return Self.weights(weights(0), weights(1), weights(2))
        }
        let (w0, w1, w2) = (column(0), column(1), column(2))
        let target = panels + (first * depth + row * vectorWidth)
        target.store(Self.weights(w0.0, w1.0, w2.0), 0, tap)
        target.store(Self.weights(w0.1, w1.1, w2.1), 4 * tap, tap)
        target.store(Self.weights(w0.2, w1.2, w2.2), 8 * tap, tap)
        target.store(Self.weights(w0.3, w1.3, w2.3), 12 * tap, tap)
      }
    }
  }

  /// Turns the gradient of the transformed weights, `[16, depth, columns]`, into that of the
  /// weights, `[3, 3, depth, columns]`: `Gᵀ·u·G`.
  func finish(
    _ transformed: UnsafeMutablePointer<Float>, into gradient: UnsafeMutablePointer<Float>,
    adding isAdding: Bool
  ) {
    let size = depth * columns
    for first in stride(from: 0, to: size, by: vectorWidth) {
      let lanes = min(vectorWidth, size - first)
      @inline(__always)
      func row(_ row: Int) -> Four {
        func tap(_ column: Int) -> Vector {
          UnsafePointer(transformed + ((4 * row + column) * size + first)).vector(lanes: lanes)
        }
        return (tap(0), tap(1), tap(2), tap(3))
      }
      @inline(__always)
      func store(_ value: Vector, _ tap: Int) {
        let target = gradient + (tap * size + first)
        if lanes == vectorWidth { return target.store(value, 0, adding: isAdding) }
        for lane in 0..<lanes { target[lane] = (isAdding ? target[lane] : 0) + value[lane] }
      }
      @inline(__always)
      func store(_ value: (Vector, Vector, Vector), column: Int) {
        store(value.0, column)
        store(value.1, 3 + column)
        store(value.2, 6 + column)
      }
      let (u0, u1, u2, u3) = (row(0), row(1), row(2), row(3))
      let a = Self.weightGradients((u0.0, u1.0, u2.0, u3.0))
      let b = Self.weightGradients((u0.1, u1.1, u2.1, u3.1))
      let c = Self.weightGradients((u0.2, u1.2, u2.2, u3.2))
      let d = Self.weightGradients((u0.3, u1.3, u2.3, u3.3))
      let r0 = Self.weightGradients((a.0, b.0, c.0, d.0))
      let r1 = Self.weightGradients((a.1, b.1, c.1, d.1))
      let r2 = Self.weightGradients((a.2, b.2, c.2, d.2))
      store((r0.0, r1.0, r2.0), column: 0)
      store((r0.1, r1.1, r2.1), column: 1)
      store((r0.2, r1.2, r2.2), column: 2)
    }
  }
}

extension UnsafePointer<Float> {
  /// The first `lanes` of a vector whose floats are `step` apart, and zeros.
  @inline(__always)
  fileprivate func vector(lanes: Int, step: Int = 1) -> Vector {
    if lanes == vectorWidth && step == 1 { return vector(0) }
    var vector = Vector.zero
    for lane in 0..<lanes { vector[lane] = self[lane &* step] }
    return vector
  }
}

extension UnsafeMutablePointer<Float> {
  /// Stores four vectors `step` apart.
  @inline(__always)
  fileprivate func store(_ values: (Vector, Vector, Vector, Vector), _ index: Int, _ step: Int) {
    store(values.0, index)
    store(values.1, index &+ step)
    store(values.2, index &+ 2 &* step)
    store(values.3, index &+ 3 &* step)
  }

  /// Stores `value`, or adds it.
  @inline(__always)
  fileprivate func store(_ value: Vector, _ index: Int, adding isAdding: Bool) {
    store(isAdding ? vector(index) + value : value, index)
  }
}
