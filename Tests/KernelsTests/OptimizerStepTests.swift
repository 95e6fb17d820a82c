import Kernels
import Tensors
import XCTest

/// The pass over the arena against the same operations on one float after the other.
final class OptimizerStepTests: XCTestCase {
  /// A vector, parts of a block, one block and a rest, four blocks side by side and a rest.
  private let counts = [16, 48, 208, 4096, 4112, 16_384, 20_528]
  private let use = OptimizerStep.GradientUse(scale: 0.25, weightDecay: 0.01)
  private let (rate, decay, momentum, epsilon): (Float, Float, Float, Float) = (0.1, 0.9, 0.8, 1e-3)
  private let averageDecay: Float = 0.99
  /// Within a block, 256 squares in each lane and 16 lanes: as many roundings of half a unit.
  private let sumTolerance = 272 * 0x1p-24

  /// Equal lanes of all buffers of a step.
  private struct Element {
    var w, g, s, v, a: Float
  }

  private func elements(_ count: Int) -> [Element] {
    let values = (1...5).map { randomValues(count, seed: $0).map(Float.init) }
    return (0..<count).map {
      Element(
        w: values[0][$0], g: values[1][$0], s: abs(values[2][$0]), v: values[3][$0],
        a: values[4][$0])
    }
  }

  /// Runs `kernel` on `count` floats and compares every bit with `formula`.
  private func assertSame(
    _ count: Int, isAveraging: Bool, line: UInt = #line,
    _ kernel: (
      _ weights: FloatBuffer, _ gradient: FloatBuffer, _ meanSquare: FloatBuffer,
      _ velocity: FloatBuffer, _ average: OptimizerStep.Average?
    ) -> Void, formula: (inout Element) -> Void
  ) {
    var expected = elements(count)
    let (w, g) = (buffer(count), buffer(count))
    let (s, v, a) = (buffer(count), buffer(count), buffer(count))
    for (i, e) in expected.enumerated() {
      (w.start[i], g.start[i], s.start[i], v.start[i], a.start[i]) = (e.w, e.g, e.s, e.v, e.a)
    }
    kernel(w, g, s, v, isAveraging ? OptimizerStep.Average(a.start, decay: averageDecay) : nil)
    for i in 0..<count {
      formula(&expected[i])
      let e = expected[i]
      if isAveraging { expected[i].a = e.a.addingProduct(1 - averageDecay, e.w - e.a) }
    }
    for (name, buffer, path) in [
      ("weight", w, \Element.w), ("gradient", g, \.g), ("mean square", s, \.s),
      ("velocity", v, \.v), ("average", a, \.a),
    ] {
      let wrong = (0..<count).first {
        buffer.start[$0].bitPattern != expected[$0][keyPath: path].bitPattern
      }
      XCTAssertNil(wrong, "\(name) of \(count), averaging \(isAveraging)", line: line)
    }
  }

  func testRMSPropIsItsFormulaToTheBit() {
    for count in counts {
      for isAveraging in [false, true] {
        assertSame(count, isAveraging: isAveraging) { w, g, s, v, average in
          OptimizerStep.rmsProp(
            w.start, gradient: g.start, meanSquare: s.start, velocity: v.start, average: average,
            count: count, use: use, rate: rate, decay: decay, momentum: momentum, epsilon: epsilon)
        } formula: { e in
          let g = (e.g * use.scale).addingProduct(e.w, use.weightDecay)
          e.s = e.s.addingProduct(1 - decay, g * g - e.s)
          e.v = e.v * momentum + g * rate / (e.s + epsilon).squareRoot()
          e.w -= e.v
        }
      }
    }
  }

  func testGradientDescentIsItsFormulaToTheBit() {
    for count in counts {
      for (isAveraging, isNesterov) in [(false, false), (false, true), (true, false), (true, true)]
      {
        assertSame(count, isAveraging: isAveraging) { w, g, _, v, average in
          OptimizerStep.sgd(
            w.start, gradient: g.start, velocity: v.start, average: average, count: count,
            use: use, rate: rate, momentum: momentum, isNesterov: isNesterov)
        } formula: { e in
          let g = (e.g * use.scale).addingProduct(e.w, use.weightDecay)
          e.v = g.addingProduct(e.v, momentum)
          e.w -= (isNesterov ? g.addingProduct(e.v, momentum) : e.v) * rate
        }
      }
    }
  }

  func testTheMomentumOfLARSIsItsFormulaToTheBit() {
    for count in counts {
      for (isAveraging, isNesterov) in [(false, false), (false, true), (true, false), (true, true)]
      {
        assertSame(count, isAveraging: isAveraging) { w, g, _, v, average in
          OptimizerStep.lars(
            w.start, gradient: g.start, velocity: v.start, average: average, count: count,
            use: use, rate: rate, momentum: momentum, isNesterov: isNesterov)
        } formula: { e in
          let step = (e.g * use.scale).addingProduct(e.w, use.weightDecay) * rate
          e.v = step.addingProduct(e.v, momentum)
          e.w -= isNesterov ? step.addingProduct(e.v, momentum) : e.v
        }
      }
    }
  }

  func testSumOfSquaresCountsEveryFloatOnce() {
    for count in counts {
      let x = randomValues(count, seed: 6)
      let expected = x.reduce(0) { $0 + $1 * $1 }
      let sum = OptimizerStep.sumOfSquares(dense(x).start, count: count)
      XCTAssertEqual(sum / expected, 1, accuracy: sumTolerance, "\(count)")
      let single = buffer(count)
      for i in stride(from: 0, to: count, by: 13) {
        single.start[i] = 3
        XCTAssertEqual(OptimizerStep.sumOfSquares(single.start, count: count), 9, "\(i)")
        single.start[i] = 0
      }
    }
  }

  func testSumOfSquaresHidesNoInfinityAndNoNaN() {
    for count in counts {
      for value in [Float.infinity, -.infinity, .nan, 1e30] {
        for i in [0, count / 2, count - 1] {
          let x = buffer(count, filledWith: 0.5)
          x.start[i] = value
          XCTAssertFalse(OptimizerStep.sumOfSquares(x.start, count: count).isFinite)
        }
      }
    }
  }
}
