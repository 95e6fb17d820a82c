import Kernels
import Tensors
import XCTest

final class ElementwiseTests: XCTestCase {
  /// The polynomial's error bound, with room for the final rounding.
  private let exponentialTolerance = 3e-7
  /// Sums of a few hundred floats near 1.
  private let sumTolerance = 1e-5

  func testExponentialAndSigmoidAreAccurateOverTheWholeRange() {
    for i in stride(from: -87.0, through: 88.0, by: 0.0137) {
      let x = Float(i)
      let e = Double(exponential(Vector(repeating: x))[7])
      XCTAssertEqual(e / exp(Double(x)), 1, accuracy: exponentialTolerance, "exp \(x)")
      let s = Double(sigmoid(Vector(repeating: x))[3])
      XCTAssertEqual(s * (1 + exp(-Double(x))), 1, accuracy: exponentialTolerance, "σ \(x)")
    }
    for x: Float in [-.infinity, -1e30, 1e30, .infinity] {
      XCTAssertTrue(sigmoid(Vector(repeating: x))[0].isFinite)
    }
    XCTAssertTrue(sigmoid(Vector(repeating: .nan))[0].isNaN, "a NaN must not be hidden")
  }

  func testMomentsOfAFarOffsetKeepTheirVariance() {
    // Mean 1000, deviation 0.01: E[x²] − E[x]² in single precision would give nonsense.
    let (rows, channels) = (1000, 24)
    let x = randomValues(rows * channels, seed: 3, scale: 0.01).map { Double(Float(1000 + $0)) }
    let rowsOfX = padded(x, channels: channels)
    var moments = [Double](repeating: 0, count: ChannelMoments.size(channels: channels))
    for row in stride(from: 0, to: rows, by: 250) {
      ChannelMoments.accumulate(
        into: &moments, channels: channels, rowsOfX.start + row * channelStride(channels), rows: 250
      )
    }
    for c in 0..<channels {
      let column = stride(from: c, to: x.count, by: channels).map { x[$0] }
      let mean = column.reduce(0, +) / Double(rows)
      let m2 = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      // A float near 1000 has steps of 6e-5, a mean of 250 of them is rounded once.
      XCTAssertEqual(moments[1 + c], mean, accuracy: 1e-4)
      XCTAssertEqual(moments[1 + channels + c] / m2, 1, accuracy: 1e-3)
    }
  }

  func testMergingMomentsIsCommutativeToTheBit() {
    let size = ChannelMoments.size(channels: 5)
    var a = randomValues(size, seed: 1)
    var b = randomValues(size, seed: 2)
    (a[0], b[0]) = (37, 11)
    var ab = a
    var ba = b
    ChannelMoments.merge(into: &ab, b, size: size)
    ChannelMoments.merge(into: &ba, a, size: size)
    XCTAssertEqual(ab.map(\.bitPattern), ba.map(\.bitPattern))
    var withNothing = a
    ChannelMoments.merge(
      into: &withNothing, [Double](repeating: 0, count: size), size: size)
    XCTAssertEqual(withNothing, a)
  }

  func testStemPatchesMatchTheReferenceConvolution() {
    for (height, width) in [(5, 5), (6, 8), (1, 3), (32, 32)] {
      for stride in [1, 2] {
        let g = ConvolutionGeometry(height: height, width: width, kernel: 3, stride: stride)
        let stem = StemConvolution(geometry: g, inputChannels: 3)
        let image = randomValues(height * width * 3, seed: 1)
        let input = dense(image)
        let patches = buffer(g.outputs * stem.patchStride, filledWith: .nan)
        let split = g.outputs / 2
        stem.gather(input.start, outputs: 0..<split, into: patches.start)
        stem.gather(
          input.start, outputs: split..<g.outputs, into: patches.start + split * stem.patchStride)
        // With all weights 1 for one input channel, a patch's sum is a depthwise output.
        let expected = DepthwiseReference.forward(
          image, weights: [Double](repeating: 1, count: 27), g, channels: 3)
        for output in 0..<g.outputs {
          for c in 0..<3 {
            let sum = (0..<9).reduce(0.0) {
              $0 + Double(patches.start[output * stem.patchStride + $1 * 3 + c])
            }
            XCTAssertEqual(sum, expected[output * 3 + c], accuracy: sumTolerance)
          }
        }
      }
    }
  }

  func testSoftmaxGradientIsTheSlopeOfTheLoss() {
    let classes = 7
    let logits = randomValues(classes, seed: 9, scale: 4)
    let label: [Int32] = [2]
    func loss(_ values: [Double]) -> Double {
      let largest = values.max() ?? 0
      let logSum = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
      return values.enumerated().reduce(0) { total, item in
        total - (0.1 / 7 + (item.offset == 2 ? 0.9 : 0)) * (item.element - logSum)
      }
    }
    let row = padded(logits, channels: classes)
    let totals = SoftmaxCrossEntropy.backward(
      row.start, images: 1, classes: classes, labels: label, smoothing: 0.1)
    XCTAssertEqual(totals.loss, loss(logits), accuracy: 1e-6)
    XCTAssertEqual(
      totals.correct, SoftmaxCrossEntropy.argmax(logits.map(Float.init), 7) == 2 ? 1 : 0)
    for k in 0..<classes {
      var (up, down) = (logits, logits)
      up[k] += 1e-5
      down[k] -= 1e-5
      XCTAssertEqual(Double(row.start[k]), (loss(up) - loss(down)) / 2e-5, accuracy: 1e-6)
    }
  }
}
