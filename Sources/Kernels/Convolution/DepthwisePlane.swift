import Tensors

/// Depthwise convolution of 16 channels: planes `[rows, columns, 16]` with their zeros in place,
/// contiguous and in cache.
///
/// One multiply-add instruction takes an input straight from the cache; eight neighbouring outputs
/// share each weight and hide the latency.
enum DepthwisePlane {
  /// Floats behind a plane that ``row`` may read for outputs it does not keep.
  static func slack(stride: Int) -> Int { 8 * stride * vectorWidth }

  /// One weight and where its input lies, both in floats from their bases.
  struct Tap {
    var weight: Int
    var offset: Int
  }

  /// Computes one row of `count` outputs.
  ///
  /// Output j is the sum over taps t of `weights[t.weight]·source[t.offset + j·sourceStep]`. A row
  /// that is not a multiple of eight ends with a block that overlaps the one before: the same
  /// outputs are computed twice, to the same bits.
  /// - Parameters:
  ///   - source, sourceStep: Inputs, and floats between those of neighbouring outputs.
  ///   - weights: `[kernel², 16]`.
  ///   - target, targetStep: Outputs, and floats from one to the next. Overwritten.
  ///   - spare: Room for eight outputs of which fewer are kept.
  @inline(__always)
  static func row(
    _ source: UnsafePointer<Float>, _ sourceStep: Int, _ weights: UnsafePointer<Float>,
    _ taps: UnsafeBufferPointer<Tap>, _ target: UnsafeMutablePointer<Float>, _ targetStep: Int,
    count: Int, spare: UnsafeMutablePointer<Float>
  ) {
    forEachEight(target, targetStep, count: count, spare: spare) { j, target, targetStep in
      eight(source + j &* sourceStep, sourceStep, weights, taps, target, targetStep)
    }
  }

  /// Computes one row of `count` outputs of a whole kernel over neighbouring inputs, as ``row``
  /// with all of its taps in order does.
  ///
  /// Neighbouring outputs share inputs: each is loaded once a kernel row.
  /// - Parameters:
  ///   - sourceRow: Floats from one row of inputs to the next.
  ///   - kernel: 3 or 5.
  @inline(__always)
  static func denseRow(
    _ source: UnsafePointer<Float>, sourceRow: Int, _ weights: UnsafePointer<Float>, kernel: Int,
    _ target: UnsafeMutablePointer<Float>, count: Int, spare: UnsafeMutablePointer<Float>
  ) {
    forEachEight(target, vectorWidth, count: count, spare: spare) { j, target, _ in
      denseEight(source + j &* vectorWidth, sourceRow, weights, kernel, target)
    }
  }

  /// Calls `body` with the first output of each eight and where they go.
  @inline(__always)
  private static func forEachEight(
    _ target: UnsafeMutablePointer<Float>, _ targetStep: Int, count: Int,
    spare: UnsafeMutablePointer<Float>,
    _ body: (_ first: Int, _ target: UnsafeMutablePointer<Float>, _ targetStep: Int) -> Void
  ) {
    if count < 8 {
      body(0, spare, vectorWidth)
      for j in 0..<count { target.store(spare.vector(j &* vectorWidth), j &* targetStep) }
      return
    }
    var j = 0
    while true {
      body(j, target + j &* targetStep, targetStep)
      if j == count - 8 { return }
      j = min(j + 8, count - 8)
    }
  }

  @inline(__always)
  private static func denseEight(
    _ source: UnsafePointer<Float>, _ sourceRow: Int, _ weights: UnsafePointer<Float>,
    _ kernel: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (s4, s5, s6, s7) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    for ky in 0..<kernel {
      let p = source + ky &* sourceRow
      let w = weights + ky &* kernel &* vectorWidth
      let (x1, x2, x3, x4) = (p.vector(16), p.vector(32), p.vector(48), p.vector(64))
      let (x5, x6, x7, x8) = (p.vector(80), p.vector(96), p.vector(112), p.vector(128))
      let x9 = p.vector(144)
      let (w0, w1, w2) = (w.vector(0), w.vector(16), w.vector(32))
      s0.addProduct(w0, p.vector(0))
      s1.addProduct(w0, x1)
      s2.addProduct(w0, x2)
      s3.addProduct(w0, x3)
      s4.addProduct(w0, x4)
      s5.addProduct(w0, x5)
      s6.addProduct(w0, x6)
      s7.addProduct(w0, x7)
      s0.addProduct(w1, x1)
      s1.addProduct(w1, x2)
      s2.addProduct(w1, x3)
      s3.addProduct(w1, x4)
      s4.addProduct(w1, x5)
      s5.addProduct(w1, x6)
      s6.addProduct(w1, x7)
      s7.addProduct(w1, x8)
      s0.addProduct(w2, x2)
      s1.addProduct(w2, x3)
      s2.addProduct(w2, x4)
      s3.addProduct(w2, x5)
      s4.addProduct(w2, x6)
      s5.addProduct(w2, x7)
      s6.addProduct(w2, x8)
      s7.addProduct(w2, x9)
      if kernel == 5 {
        let (x10, x11) = (p.vector(160), p.vector(176))
        let (w3, w4) = (w.vector(48), w.vector(64))
        s0.addProduct(w3, x3)
        s1.addProduct(w3, x4)
        s2.addProduct(w3, x5)
        s3.addProduct(w3, x6)
        s4.addProduct(w3, x7)
        s5.addProduct(w3, x8)
        s6.addProduct(w3, x9)
        s7.addProduct(w3, x10)
        s0.addProduct(w4, x4)
        s1.addProduct(w4, x5)
        s2.addProduct(w4, x6)
        s3.addProduct(w4, x7)
        s4.addProduct(w4, x8)
        s5.addProduct(w4, x9)
        s6.addProduct(w4, x10)
        s7.addProduct(w4, x11)
      }
    }
    target.store(s0, 0)
    target.store(s1, 16)
    target.store(s2, 32)
    target.store(s3, 48)
    target.store(s4, 64)
    target.store(s5, 80)
    target.store(s6, 96)
    target.store(s7, 112)
  }

  @inline(__always)
  private static func eight(
    _ source: UnsafePointer<Float>, _ step: Int, _ weights: UnsafePointer<Float>,
    _ taps: UnsafeBufferPointer<Tap>, _ target: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    var s4 = Vector.zero
    var s5 = Vector.zero
    var s6 = Vector.zero
    var s7 = Vector.zero
    for tap in taps {
      let w = weights.vector(tap.weight)
      let p = source + tap.offset
      s0.addProduct(w, p.vector(0))
      s1.addProduct(w, p.vector(step))
      s2.addProduct(w, p.vector(2 &* step))
      s3.addProduct(w, p.vector(3 &* step))
      s4.addProduct(w, p.vector(4 &* step))
      s5.addProduct(w, p.vector(5 &* step))
      s6.addProduct(w, p.vector(6 &* step))
      s7.addProduct(w, p.vector(7 &* step))
    }
    target.store(s0, 0)
    target.store(s1, targetStep)
    target.store(s2, 2 &* targetStep)
    target.store(s3, 3 &* targetStep)
    target.store(s4, 4 &* targetStep)
    target.store(s5, 5 &* targetStep)
    target.store(s6, 6 &* targetStep)
    target.store(s7, 7 &* targetStep)
  }

  /// Adds the gradient of the weights of one kernel row over `rows` rows of outputs.
  ///
  ///     gradient[kx] += Σ_rows Σ_j dy[j]·source[j·sourceStep + kx·16]
  /// - Parameters:
  ///   - dyRow, sourceRow: Floats from one row to the next.
  ///   - kernel: 3 or 5.
  @inline(__always)
  static func addWeightGradient(
    _ dy: UnsafePointer<Float>, dyRow: Int, _ source: UnsafePointer<Float>, sourceRow: Int,
    sourceStep: Int, rows: Int, columns: Int, kernel: Int,
    to gradient: UnsafeMutablePointer<Float>
  ) {
    // Two columns at a time, so that sums do not wait for each other.
    var (a0, a1, a2, a3, a4) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (b0, b1, b2, b3, b4) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    for row in 0..<rows {
      var d = dy + row &* dyRow
      var p = source + row &* sourceRow
      for _ in 0..<columns / 2 {
        let (first, second) = (d.vector(0), d.vector(16))
        let q = p + sourceStep
        a0.addProduct(first, p.vector(0))
        a1.addProduct(first, p.vector(16))
        a2.addProduct(first, p.vector(32))
        b0.addProduct(second, q.vector(0))
        b1.addProduct(second, q.vector(16))
        b2.addProduct(second, q.vector(32))
        if kernel == 5 {
          a3.addProduct(first, p.vector(48))
          a4.addProduct(first, p.vector(64))
          b3.addProduct(second, q.vector(48))
          b4.addProduct(second, q.vector(64))
        }
        d += 32
        p += 2 &* sourceStep
      }
      if columns % 2 == 1 {
        let last = d.vector(0)
        a0.addProduct(last, p.vector(0))
        a1.addProduct(last, p.vector(16))
        a2.addProduct(last, p.vector(32))
        if kernel == 5 {
          a3.addProduct(last, p.vector(48))
          a4.addProduct(last, p.vector(64))
        }
      }
    }
    gradient.store(gradient.vector(0) + (a0 + b0), 0)
    gradient.store(gradient.vector(16) + (a1 + b1), 16)
    gradient.store(gradient.vector(32) + (a2 + b2), 32)
    if kernel == 5 {
      gradient.store(gradient.vector(48) + (a3 + b3), 48)
      gradient.store(gradient.vector(64) + (a4 + b4), 64)
    }
  }
}
