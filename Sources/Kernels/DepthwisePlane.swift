/// Depthwise convolution of 16 channels of one image: planes `[rows, columns, 16]` with their zeros
/// in place, contiguous and in cache.
///
/// One multiply-add instruction takes an input straight from the cache; eight neighbouring outputs
/// share each weight and hide the latency. A row that is not a multiple of eight ends with a block
/// that overlaps the one before: the same outputs are computed twice, to the same bits.
enum DepthwisePlane {
  /// Adds over `taps` one row of `count` outputs.
  ///
  /// Output j is the sum over taps t of `weights[t.weight]·source[t.offset + j·sourceStep]`.
  /// - Parameters:
  ///   - source, sourceStep: Inputs, and floats between those of neighbouring outputs.
  ///   - weights: `[kernel², 16]`.
  ///   - target, targetStep: Outputs, and floats from one to the next. Overwritten.
  @inline(__always)
  static func row(
    _ source: UnsafePointer<Float>, _ sourceStep: Int, _ weights: UnsafePointer<Float>,
    _ taps: UnsafeBufferPointer<Tap>, _ target: UnsafeMutablePointer<Float>, _ targetStep: Int,
    count: Int
  ) {
    if count >= 8 {
      var j = 0
      while true {
        eight(
          source + j &* sourceStep, sourceStep, weights, taps, target + j &* targetStep, targetStep)
        if j == count - 8 { break }
        j = min(j + 8, count - 8)
      }
    } else if count >= 4 {
      four(source, sourceStep, weights, taps, target, targetStep)
      let j = count - 4
      four(
        source + j &* sourceStep, sourceStep, weights, taps, target + j &* targetStep, targetStep)
    } else {
      for j in 0..<count {
        var sum = Vector.zero
        for tap in taps {
          sum.addProduct(
            weights.vector(tap.weight), source.vector(tap.offset &+ j &* sourceStep))
        }
        target.store(sum, j &* targetStep)
      }
    }
  }

  /// One weight and where its input lies, both in floats from their bases.
  struct Tap {
    var weight: Int
    var offset: Int
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

  @inline(__always)
  private static func four(
    _ source: UnsafePointer<Float>, _ step: Int, _ weights: UnsafePointer<Float>,
    _ taps: UnsafeBufferPointer<Tap>, _ target: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    for tap in taps {
      let w = weights.vector(tap.weight)
      let p = source + tap.offset
      s0.addProduct(w, p.vector(0))
      s1.addProduct(w, p.vector(step))
      s2.addProduct(w, p.vector(2 &* step))
      s3.addProduct(w, p.vector(3 &* step))
    }
    target.store(s0, 0)
    target.store(s1, targetStep)
    target.store(s2, 2 &* targetStep)
    target.store(s3, 3 &* targetStep)
  }

  /// Adds the gradient of `kernel` weights of one kernel row over one row of outputs.
  ///
  ///     gradient[kx] += Σ_j dy[j]·source[j·sourceStep + kx·16]
  @inline(__always)
  static func weightGradientRow(
    _ dy: UnsafePointer<Float>, _ source: UnsafePointer<Float>, _ sourceStep: Int, count: Int,
    kernel: Int, into gradient: UnsafeMutablePointer<Float>
  ) {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    if kernel == 3 {
      for j in 0..<count {
        let d = dy.vector(j &* 16)
        let p = source + j &* sourceStep
        s0.addProduct(d, p.vector(0))
        s1.addProduct(d, p.vector(16))
        s2.addProduct(d, p.vector(32))
      }
    } else {
      var s3 = Vector.zero
      var s4 = Vector.zero
      for j in 0..<count {
        let d = dy.vector(j &* 16)
        let p = source + j &* sourceStep
        s0.addProduct(d, p.vector(0))
        s1.addProduct(d, p.vector(16))
        s2.addProduct(d, p.vector(32))
        s3.addProduct(d, p.vector(48))
        s4.addProduct(d, p.vector(64))
      }
      gradient.store(gradient.vector(48) + s3, 48)
      gradient.store(gradient.vector(64) + s4, 64)
    }
    gradient.store(gradient.vector(0) + s0, 0)
    gradient.store(gradient.vector(16) + s1, 16)
    gradient.store(gradient.vector(32) + s2, 32)
  }
}
