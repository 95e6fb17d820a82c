import Tensors

/// The innermost loops: sums of 16, 8, 6, 4 or 1 rows by one or two vectors, in registers.
extension PixelProduct {
  /// Where the sums of some rows go.
  struct Target {
    let c0, c1: UnsafeMutablePointer<Float>
    let step: Int
    /// Lanes of the last vector that may be written.
    let lanes: Int
    let isAdding: Bool

    @inline(__always)
    init(
      _ c0: UnsafeMutablePointer<Float>, _ c1: UnsafeMutablePointer<Float>, step: Int, lanes: Int,
      isAdding: Bool
    ) {
      self.c0 = c0
      self.c1 = c1
      self.step = step
      self.lanes = lanes
      self.isAdding = isAdding
    }

    @inline(__always)
    func advanced(_ rows: Int) -> Target {
      Target(
        c0 + rows &* step, c1 + rows &* step, step: step, lanes: lanes, isAdding: isAdding)
    }

    @inline(__always)
    func store(_ value: Vector, _ other: Vector, row: Int) {
      let c = c0 + row &* step
      c.store(isAdding ? c.vector(0) + value : value, 0)
      store(other, row: row)
    }

    @inline(__always)
    func store(_ value: Vector, row: Int) {
      let c = c1 + row &* step
      let result = isAdding ? c.vector(0) + value : value
      if lanes == vectorWidth {
        c.store(result, 0)
      } else {
        for lane in 0..<lanes { c[lane] = result[lane] }
      }
    }
  }

  /// Calls `body` with each position in the depth and its input.
  @inline(__always)
  static func forEachInput(
    _ a: UnsafePointer<Float>, _ depth: Depth,
    _ body: (_ input: UnsafePointer<Float>, _ position: Int) -> Void
  ) {
    var run = a
    var position = 0
    while position < depth.count {
      let end = min(position &+ depth.run, depth.count)
      var input = run
      while position < end {
        body(input, position)
        input += depth.step
        position &+= 1
      }
      run += depth.runStep
    }
  }

  /// Calls `body` with each position in the depth and how far its input lies behind the first.
  ///
  /// From one pointer the compiler makes a chain of additions through all rows, which is as fast as
  /// two vectors a row, but not as one: rows of one vector have a pointer for each four.
  @inline(__always)
  static func forEachOffset(
    _ depth: Depth, _ body: (_ offset: Int, _ position: Int) -> Void
  ) {
    var run = 0
    var position = 0
    while position < depth.count {
      let end = min(position &+ depth.run, depth.count)
      var offset = run
      while position < end {
        body(offset, position)
        offset &+= depth.step
        position &+= 1
      }
      run &+= depth.runStep
    }
  }

  @inline(__always)
  static func pair8(
    _ a: UnsafePointer<Float>, _ step: Int, _ depth: Depth, _ b0: UnsafePointer<Float>,
    _ b1: UnsafePointer<Float>, _ bStep: Int, _ target: Target
  ) {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (s4, s5, s6, s7) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (t0, t1, t2, t3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (t4, t5, t6, t7) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    let step3 = 3 &* step
    forEachInput(a, depth) { p, k in
      let (v, w) = (b0.vector(k &* bStep), b1.vector(k &* bStep))
      let (p3, p6) = (p + step3, p + step3 + step3)
      var x = Vector(repeating: p[0])
      s0.addProduct(v, x)
      t0.addProduct(w, x)
      x = Vector(repeating: p[step])
      s1.addProduct(v, x)
      t1.addProduct(w, x)
      x = Vector(repeating: p[2 &* step])
      s2.addProduct(v, x)
      t2.addProduct(w, x)
      x = Vector(repeating: p3[0])
      s3.addProduct(v, x)
      t3.addProduct(w, x)
      x = Vector(repeating: p3[step])
      s4.addProduct(v, x)
      t4.addProduct(w, x)
      x = Vector(repeating: p3[2 &* step])
      s5.addProduct(v, x)
      t5.addProduct(w, x)
      x = Vector(repeating: p6[0])
      s6.addProduct(v, x)
      t6.addProduct(w, x)
      x = Vector(repeating: p6[step])
      s7.addProduct(v, x)
      t7.addProduct(w, x)
    }
    target.store(s0, t0, row: 0)
    target.store(s1, t1, row: 1)
    target.store(s2, t2, row: 2)
    target.store(s3, t3, row: 3)
    target.store(s4, t4, row: 4)
    target.store(s5, t5, row: 5)
    target.store(s6, t6, row: 6)
    target.store(s7, t7, row: 7)
  }

  @inline(__always)
  static func pair4(
    _ a: UnsafePointer<Float>, _ step: Int, _ depth: Depth, _ b0: UnsafePointer<Float>,
    _ b1: UnsafePointer<Float>, _ bStep: Int, _ target: Target
  ) {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (t0, t1, t2, t3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    forEachInput(a, depth) { p, k in
      let (v, w) = (b0.vector(k &* bStep), b1.vector(k &* bStep))
      var x = Vector(repeating: p[0])
      s0.addProduct(v, x)
      t0.addProduct(w, x)
      x = Vector(repeating: p[step])
      s1.addProduct(v, x)
      t1.addProduct(w, x)
      x = Vector(repeating: p[2 &* step])
      s2.addProduct(v, x)
      t2.addProduct(w, x)
      x = Vector(repeating: p[3 &* step])
      s3.addProduct(v, x)
      t3.addProduct(w, x)
    }
    target.store(s0, t0, row: 0)
    target.store(s1, t1, row: 1)
    target.store(s2, t2, row: 2)
    target.store(s3, t3, row: 3)
  }

  @inline(__always)
  static func pair1(
    _ a: UnsafePointer<Float>, _ depth: Depth, _ b0: UnsafePointer<Float>,
    _ b1: UnsafePointer<Float>, _ bStep: Int, _ target: Target
  ) {
    var s = Vector.zero
    var t = Vector.zero
    forEachInput(a, depth) { p, k in
      let (v, w) = (b0.vector(k &* bStep), b1.vector(k &* bStep))
      let x = Vector(repeating: p[0])
      s.addProduct(v, x)
      t.addProduct(w, x)
    }
    target.store(s, t, row: 0)
  }

  @inline(__always)
  static func single16(
    _ a: UnsafePointer<Float>, _ step: Int, _ depth: Depth, _ b: UnsafePointer<Float>,
    _ bStep: Int, _ target: Target
  ) {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (s4, s5, s6, s7) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (s8, s9, s10, s11) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (s12, s13, s14, s15) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    let a4 = a + 4 &* step
    let (a8, a12) = (a4 + 4 &* step, a4 + 8 &* step)
    forEachOffset(depth) { offset, k in
      let v = b.vector(k &* bStep)
      let p0 = a + offset
      let p4 = a4 + offset
      let p8 = a8 + offset
      let p12 = a12 + offset
      s0.addProduct(v, Vector(repeating: p0[0]))
      s1.addProduct(v, Vector(repeating: p0[step]))
      s2.addProduct(v, Vector(repeating: p0[2 &* step]))
      s3.addProduct(v, Vector(repeating: p0[3 &* step]))
      s4.addProduct(v, Vector(repeating: p4[0]))
      s5.addProduct(v, Vector(repeating: p4[step]))
      s6.addProduct(v, Vector(repeating: p4[2 &* step]))
      s7.addProduct(v, Vector(repeating: p4[3 &* step]))
      s8.addProduct(v, Vector(repeating: p8[0]))
      s9.addProduct(v, Vector(repeating: p8[step]))
      s10.addProduct(v, Vector(repeating: p8[2 &* step]))
      s11.addProduct(v, Vector(repeating: p8[3 &* step]))
      s12.addProduct(v, Vector(repeating: p12[0]))
      s13.addProduct(v, Vector(repeating: p12[step]))
      s14.addProduct(v, Vector(repeating: p12[2 &* step]))
      s15.addProduct(v, Vector(repeating: p12[3 &* step]))
    }
    target.store(s0, row: 0)
    target.store(s1, row: 1)
    target.store(s2, row: 2)
    target.store(s3, row: 3)
    target.store(s4, row: 4)
    target.store(s5, row: 5)
    target.store(s6, row: 6)
    target.store(s7, row: 7)
    target.store(s8, row: 8)
    target.store(s9, row: 9)
    target.store(s10, row: 10)
    target.store(s11, row: 11)
    target.store(s12, row: 12)
    target.store(s13, row: 13)
    target.store(s14, row: 14)
    target.store(s15, row: 15)
  }

  @inline(__always)
  static func single8(
    _ a: UnsafePointer<Float>, _ step: Int, _ depth: Depth, _ b: UnsafePointer<Float>,
    _ bStep: Int, _ target: Target
  ) {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (s4, s5, s6, s7) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    let a4 = a + 4 &* step
    forEachOffset(depth) { offset, k in
      let v = b.vector(k &* bStep)
      let p0 = a + offset
      let p4 = a4 + offset
      s0.addProduct(v, Vector(repeating: p0[0]))
      s1.addProduct(v, Vector(repeating: p0[step]))
      s2.addProduct(v, Vector(repeating: p0[2 &* step]))
      s3.addProduct(v, Vector(repeating: p0[3 &* step]))
      s4.addProduct(v, Vector(repeating: p4[0]))
      s5.addProduct(v, Vector(repeating: p4[step]))
      s6.addProduct(v, Vector(repeating: p4[2 &* step]))
      s7.addProduct(v, Vector(repeating: p4[3 &* step]))
    }
    target.store(s0, row: 0)
    target.store(s1, row: 1)
    target.store(s2, row: 2)
    target.store(s3, row: 3)
    target.store(s4, row: 4)
    target.store(s5, row: 5)
    target.store(s6, row: 6)
    target.store(s7, row: 7)
  }

  @inline(__always)
  static func single6(
    _ a: UnsafePointer<Float>, _ step: Int, _ depth: Depth, _ b: UnsafePointer<Float>,
    _ bStep: Int, _ target: Target
  ) {
    var (s0, s1, s2) = (Vector.zero, Vector.zero, Vector.zero)
    var (s3, s4, s5) = (Vector.zero, Vector.zero, Vector.zero)
    let a3 = a + 3 &* step
    forEachOffset(depth) { offset, k in
      let v = b.vector(k &* bStep)
      let p0 = a + offset
      let p3 = a3 + offset
      s0.addProduct(v, Vector(repeating: p0[0]))
      s1.addProduct(v, Vector(repeating: p0[step]))
      s2.addProduct(v, Vector(repeating: p0[2 &* step]))
      s3.addProduct(v, Vector(repeating: p3[0]))
      s4.addProduct(v, Vector(repeating: p3[step]))
      s5.addProduct(v, Vector(repeating: p3[2 &* step]))
    }
    target.store(s0, row: 0)
    target.store(s1, row: 1)
    target.store(s2, row: 2)
    target.store(s3, row: 3)
    target.store(s4, row: 4)
    target.store(s5, row: 5)
  }

  @inline(__always)
  static func single4(
    _ a: UnsafePointer<Float>, _ step: Int, _ depth: Depth, _ b: UnsafePointer<Float>,
    _ bStep: Int, _ target: Target
  ) {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    forEachOffset(depth) { offset, k in
      let v = b.vector(k &* bStep)
      let p0 = a + offset
      s0.addProduct(v, Vector(repeating: p0[0]))
      s1.addProduct(v, Vector(repeating: p0[step]))
      s2.addProduct(v, Vector(repeating: p0[2 &* step]))
      s3.addProduct(v, Vector(repeating: p0[3 &* step]))
    }
    target.store(s0, row: 0)
    target.store(s1, row: 1)
    target.store(s2, row: 2)
    target.store(s3, row: 3)
  }

  @inline(__always)
  static func single1(
    _ a: UnsafePointer<Float>, _ depth: Depth, _ b: UnsafePointer<Float>,
    _ bStep: Int, _ target: Target
  ) {
    var s = Vector.zero
    forEachOffset(depth) { offset, k in
      let v = b.vector(k &* bStep)
      let x = Vector(repeating: a[offset])
      s.addProduct(v, x)
    }
    target.store(s, row: 0)
  }
}
