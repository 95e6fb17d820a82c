import Tensors

/// Products of narrow pixels with 16 columns of a matrix.
///
/// Eight pixels of 16 columns sit in registers while the inputs come in one after the other, each
/// spread over a vector. For shapes as narrow as these that is as fast as a library's product, and
/// the result lands where the next operation wants it: expansions that are never stored, and the
/// first convolution, are made this way.
enum BlockProduct {
  /// Writes `Σ_s Σ_k a[s·segmentStep + p·step + k] · b[(s·depth + k)·columnStep …+16]` for each
  /// pixel p, or adds it to what is there.
  ///
  /// - Parameters:
  ///   - segments, segmentStep: Runs of `depth` inputs of a pixel: one for a pointwise product, one
  ///     a kernel row for a convolution.
  ///   - targetStep: Floats from one pixel of the result to the next.
  @inline(__always)
  static func write(
    _ a: UnsafePointer<Float>, step: Int, count: Int, segments: Int = 1, segmentStep: Int = 0,
    depth: Int, _ b: UnsafePointer<Float>, columnStep: Int = vectorWidth,
    into target: UnsafeMutablePointer<Float>, targetStep: Int = vectorWidth, adding: Bool = false
  ) {
    var p = 0
    while p + 8 <= count {
      let t = target + p &* targetStep
      var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      var (s4, s5, s6, s7) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      if adding {
        (s0, s1) = (t.vector(0), t.vector(targetStep))
        (s2, s3) = (t.vector(2 &* targetStep), t.vector(3 &* targetStep))
        (s4, s5) = (t.vector(4 &* targetStep), t.vector(5 &* targetStep))
        (s6, s7) = (t.vector(6 &* targetStep), t.vector(7 &* targetStep))
      }
      var w = b
      for segment in 0..<segments {
        let a0 = a + segment &* segmentStep + p &* step
        let (a1, a2, a3) = (a0 + step, a0 + 2 &* step, a0 + 3 &* step)
        let a4 = a0 + 4 &* step
        let (a5, a6, a7) = (a4 + step, a4 + 2 &* step, a4 + 3 &* step)
        for k in 0..<depth {
          let column = w.vector(0)
          s0.addProduct(column, Vector(repeating: a0[k]))
          s1.addProduct(column, Vector(repeating: a1[k]))
          s2.addProduct(column, Vector(repeating: a2[k]))
          s3.addProduct(column, Vector(repeating: a3[k]))
          s4.addProduct(column, Vector(repeating: a4[k]))
          s5.addProduct(column, Vector(repeating: a5[k]))
          s6.addProduct(column, Vector(repeating: a6[k]))
          s7.addProduct(column, Vector(repeating: a7[k]))
          w += columnStep
        }
      }
      t.store(s0, 0)
      t.store(s1, targetStep)
      t.store(s2, 2 &* targetStep)
      t.store(s3, 3 &* targetStep)
      t.store(s4, 4 &* targetStep)
      t.store(s5, 5 &* targetStep)
      t.store(s6, 6 &* targetStep)
      t.store(s7, 7 &* targetStep)
      p &+= 8
    }
    while p < count {
      let t = target + p &* targetStep
      var sum = adding ? t.vector(0) : .zero
      var w = b
      for segment in 0..<segments {
        let a0 = a + segment &* segmentStep + p &* step
        for k in 0..<depth {
          sum.addProduct(w.vector(0), Vector(repeating: a0[k]))
          w += columnStep
        }
      }
      t.store(sum, 0)
      p &+= 1
    }
  }

  /// Inputs that ``addOuterProducts`` works on at once; depths are rounded up to it.
  static let outerDepth = 8

  /// Adds `Σ_p a[p·step + k] · d[p·16 …+16]` to row k of `sums`, `[depth, 16]`.
  ///
  /// - Precondition: `depth` is a multiple of ``outerDepth``; the inputs beyond the real ones may
  ///   hold anything, their rows come out as they may.
  @inline(__always)
  static func addOuterProducts(
    _ a: UnsafePointer<Float>, step: Int, depth: Int, _ d: UnsafePointer<Float>, count: Int,
    to sums: UnsafeMutablePointer<Float>
  ) {
    for k in stride(from: 0, to: depth, by: outerDepth) {
      let target = sums + k &* vectorWidth
      var s0 = Vector.zero
      var s1 = Vector.zero
      var s2 = Vector.zero
      var s3 = Vector.zero
      var s4 = Vector.zero
      var s5 = Vector.zero
      var s6 = Vector.zero
      var s7 = Vector.zero
      var x = a + k
      for p in 0..<count {
        let gradient = d.vector(p &* vectorWidth)
        s0.addProduct(gradient, Vector(repeating: x[0]))
        s1.addProduct(gradient, Vector(repeating: x[1]))
        s2.addProduct(gradient, Vector(repeating: x[2]))
        s3.addProduct(gradient, Vector(repeating: x[3]))
        s4.addProduct(gradient, Vector(repeating: x[4]))
        s5.addProduct(gradient, Vector(repeating: x[5]))
        s6.addProduct(gradient, Vector(repeating: x[6]))
        s7.addProduct(gradient, Vector(repeating: x[7]))
        x += step
      }
      target.store(target.vector(0) + s0, 0)
      target.store(target.vector(16) + s1, 16)
      target.store(target.vector(32) + s2, 32)
      target.store(target.vector(48) + s3, 48)
      target.store(target.vector(64) + s4, 64)
      target.store(target.vector(80) + s5, 80)
      target.store(target.vector(96) + s6, 96)
      target.store(target.vector(112) + s7, 112)
    }
  }

  /// Copies columns `first..<first + 16` of a dense matrix `[rows, columns]` to `[rows, 16]`, zero
  /// where there are none.
  static func packColumns(
    _ matrix: UnsafePointer<Float>, rows: Int, columns: Int, first: Int,
    into panel: UnsafeMutablePointer<Float>
  ) {
    let count = min(vectorWidth, columns - first)
    for row in 0..<rows {
      let target = panel + row * vectorWidth
      target.store(.zero, 0)
      target.update(from: matrix + row * columns + first, count: count)
    }
  }
}
