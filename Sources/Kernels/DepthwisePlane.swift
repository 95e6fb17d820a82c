/// Depthwise convolution of 16 channels: planes `[rows, columns, 16]` with their zeros in place,
/// contiguous and in cache.
///
/// One multiply-add instruction takes an input straight from the cache; eight neighbouring outputs
/// share each weight and hide the latency.
enum DepthwisePlane {
  /// Floats behind a plane that ``row`` may read for outputs it does not keep.
  static func slack(stride: Int) -> Int { 8 * stride * vectorFloats }

  private static let vectorFloats = 16

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
    if count < 8 {
      eight(source, sourceStep, weights, taps, spare, vectorFloats)
      for j in 0..<count { target.store(spare.vector(j &* vectorFloats), j &* targetStep) }
      return
    }
    var j = 0
    while true {
      eight(
        source + j &* sourceStep, sourceStep, weights, taps, target + j &* targetStep, targetStep)
      if j == count - 8 { return }
      j = min(j + 8, count - 8)
    }
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
