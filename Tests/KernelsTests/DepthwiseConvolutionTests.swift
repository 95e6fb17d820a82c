import Kernels
import Tensors
import XCTest

/// Depthwise convolution of a stored input against its reference, whole and in bands.
final class DepthwiseConvolutionTests: XCTestCase {
  /// Sums of at most 25 (forward) or a few hundred (weights) products of floats near 8.
  private let tolerance = 1e-5

  func testForwardReadsThroughNormalizationAndMatchesTheReference() {
    DepthwiseCase.forEach(channels: [8, 16, 40]) { c in
      let x = randomValues(c.inputs * c.channels, seed: 1)
      let expected = DepthwiseReference.forward(
        c.reader.forward(x), weights: c.weights, c.geometry, channels: c.channels)
      var first: [Double]?
      for layout in Layout.allCases {
        for bandBytes in c.bandSizes {
          let operation = c.convolution(bandBytes: bandBytes)
          let y = Layout.planes.room(for: c.geometry.outputs, channels: c.channels)
          var moments = [Double](repeating: 0, count: ChannelMoments.size(channels: c.channels))
          operation.forward(
            c.normalized(layout.pixels(x, channels: c.channels)),
            weights: dense(c.weights).start, into: y.start, moments: &moments,
            scratch: buffer(operation.scratchSize, filledWith: .nan).start)
          let label = "\(c.label) \(layout) \(bandBytes)"
          let values = y.values(count: c.geometry.outputs, channels: c.channels)
          if let first {
            assertSameBits(values, first, label)
          } else {
            first = values
            assertClose(y, expected, channels: c.channels, tolerance: tolerance, label)
          }
          // Moments merge band by band: other bands round them otherwise.
          XCTAssertEqual(moments[0], Double(c.geometry.outputs))
          let statistics = channelValues(moments[1...], channels: c.channels)
          assertClose(
            Array(statistics[..<c.channels]),
            StatisticsReference.means(expected, channels: c.channels), tolerance: tolerance, label)
          assertClose(
            Array(statistics[c.channels...]),
            StatisticsReference.squaredDeviations(expected, channels: c.channels),
            tolerance: tolerance, label)
        }
      }
    }
  }

  func testEvaluationNeedsNoMoments() {
    let c = DepthwiseCase(
      ConvolutionGeometry(height: 5, width: 9, kernel: 3, stride: 1), channels: 24, .swish)
    let x = randomValues(c.inputs * c.channels, seed: 1)
    let operation = c.convolution(bandBytes: 1)
    let y = Layout.planes.room(for: c.geometry.outputs, channels: c.channels)
    operation.forward(
      c.normalized(Layout.rows.pixels(x, channels: c.channels)), weights: dense(c.weights).start,
      into: y.start, moments: nil,
      scratch: buffer(operation.scratchSize, filledWith: .nan).start)
    assertClose(
      y,
      DepthwiseReference.forward(
        c.reader.forward(x), weights: c.weights, c.geometry, channels: c.channels),
      channels: c.channels, tolerance: tolerance)
    releaseBuffers()
  }

  func testBackwardMatchesTheReference() { checkBackward(hasSkip: false) }

  func testBackwardAddsTheGradientOfTheShortCut() { checkBackward(hasSkip: true) }

  private func checkBackward(hasSkip: Bool) {
    DepthwiseCase.forEach(channels: hasSkip ? [24] : [8, 16, 40]) { c in
      let x = randomValues(c.inputs * c.channels, seed: 1)
      let skip = randomValues(c.inputs * c.channels, seed: 12)
      var du = DepthwiseReference.inputGradient(
        c.dy, weights: c.weights, c.geometry, channels: c.channels)
      if hasSkip { du = zip(du, skip).map { $0 + $1 } }
      let dx = c.reader.backward(du, x)
      let sums = StatisticsReference.gradientSums(
        dx, x, mean: c.mean, inverseDeviation: c.inverseDeviation
      ).map { $0 + 1 }
      let dw = DepthwiseReference.weightGradient(
        c.dy, c.reader.forward(x), c.geometry, channels: c.channels
      ).map { $0 + 1 }

      var first: (dx: [Double], sums: [Double])?
      for layout in Layout.allCases {
        for bandBytes in c.bandSizes {
          // The short cut's gradient lies in rows, where a block's input does; behind the stem that
          // of the input lies in planes.
          let skip = hasSkip ? Layout.rows.pixels(skip, channels: c.channels) : nil
          let inPlace = layout == .rows ? skip : nil
          let result = backward(
            c, layout.pixels(x, channels: c.channels), skip: skip,
            into: inPlace ?? layout.room(for: c.inputs, channels: c.channels),
            bandBytes: bandBytes)
          let label = "\(c.label) \(layout) \(bandBytes)"
          let values = result.dx.values(count: c.inputs, channels: c.channels)
          // Rows are differentiated and added up one by one, whatever the bands.
          if let first {
            assertSameBits(values, first.dx, label)
            assertSameBits(result.sums, first.sums, label)
          } else {
            first = (values, result.sums)
            assertClose(result.dx, dx, channels: c.channels, tolerance: tolerance, label)
            assertClose(result.sums, sums, tolerance: tolerance, label)
          }
          // Weight gradients are added up band by band: other bands round them otherwise.
          assertClose(
            result.weightGradient, dw, channels: c.channels, tolerance: tolerance, label)
        }
      }
    }
  }

  /// Adds to sums and weight gradients of 1.
  private func backward(
    _ c: DepthwiseCase, _ x: Pixels, skip: Pixels?, into dx: Pixels, bandBytes: Int
  ) -> (dx: Pixels, sums: [Double], weightGradient: Pixels) {
    let operation = c.convolution(bandBytes: bandBytes)
    let weightGradient = Layout.rows.pixels(
      [Double](repeating: 1, count: c.weights.count), channels: c.channels)
    var sums = [Double](repeating: 1, count: GradientSums.size(channels: c.channels))
    sums.withUnsafeMutableBufferPointer { sums in
      guard let start = sums.baseAddress else { return }
      operation.backward(
        c.outputGradient, c.normalized(x),
        into: .init(
          dx, skip: skip,
          sums: .init(
            mean: vector(c.mean), inverseDeviation: vector(c.inverseDeviation), sums: start)),
        weights: dense(c.weights).start, weightGradient: weightGradient.start,
        scratch: buffer(operation.scratchSize, filledWith: .nan).start)
    }
    return (dx, channelValues(sums, channels: c.channels), weightGradient)
  }
}
