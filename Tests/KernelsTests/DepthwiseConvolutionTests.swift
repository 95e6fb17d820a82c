import Kernels
import Tensors
import XCTest

final class DepthwiseConvolutionTests: XCTestCase {
  /// Sums of at most 25 (forward) or a few hundred (weights) products of floats near 1.
  private let tolerance = 1e-5

  private let sizes = [
    (1, 1), (2, 3), (3, 2), (4, 4), (5, 9), (7, 7), (8, 8), (11, 6), (13, 17), (16, 20), (9, 33),
  ]

  private func forEachCase(_ body: (ConvolutionGeometry, Int) -> Void) {
    for (height, width) in sizes {
      for kernel in [3, 5] {
        for stride in [1, 2] {
          let geometry = ConvolutionGeometry(
            height: height, width: width, kernel: kernel, stride: stride)
          for channels in [8, 16, 40] { body(geometry, channels) }
        }
      }
    }
  }

  func testForwardReadsThroughNormalizationAndMatchesTheReference() {
    forEachCase { g, channels in
      let x = randomValues(g.height * g.width * channels, seed: 1)
      let w = randomValues(g.kernel * g.kernel * channels, seed: 2)
      let scale = randomValues(channels, seed: 3)
      let shift = randomValues(channels, seed: 4)
      let z = x.enumerated().map { i, value in
        let n = value * scale[i % channels] + shift[i % channels]
        return n / (1 + exp(-n))
      }
      let expected = DepthwiseReference.forward(z, weights: w, g, channels: channels)

      let operation = DepthwiseConvolution(geometry: g, channels: channels, activation: .swish)
      let (input, weights) = (padded(x, channels: channels), dense(w))
      let (scales, shifts) = (padded(scale, channels: channels), padded(shift, channels: channels))
      let y = buffer(g.outputs * channelStride(channels))
      let scratch = buffer(operation.scratchSize, filledWith: .nan)
      var moments = [Double](repeating: 0, count: ChannelMoments.size(channels: channels))
      operation.forward(
        input.start, .init(scale: scales.start, shift: shifts.start), weights: weights.start,
        into: y.start, moments: &moments, scratch: scratch.start)
      let label = "\(g) C \(channels)"
      assertClose(
        values(y, rows: g.outputs, channels: channels), expected, tolerance: tolerance, label)
      XCTAssertEqual(moments[0], Double(g.outputs))
      let means = (0..<channels).map { c in
        stride(from: c, to: expected.count, by: channels).reduce(0) { $0 + expected[$1] }
          / Double(g.outputs)
      }
      assertClose(Array(moments[1...channels]), means, tolerance: tolerance, label)
    }
  }

  func testBackwardMatchesTheReference() {
    forEachCase { g, channels in
      let x = randomValues(g.height * g.width * channels, seed: 1)
      let w = randomValues(g.kernel * g.kernel * channels, seed: 2)
      let dz = randomValues(g.outputs * channels, seed: 5)
      let raw = randomValues(g.outputs * channels, seed: 6)
      let coefficients = (7...9).map { randomValues(channels, seed: UInt64($0)) }
      let dy = dz.indices.map { i in
        let c = i % channels
        return coefficients[0][c] * dz[i] + coefficients[1][c] * raw[i] + coefficients[2][c]
      }
      let scale = randomValues(channels, seed: 3)
      let shift = randomValues(channels, seed: 4)
      let mean = randomValues(channels, seed: 10)
      let inverse = randomValues(channels, seed: 11)
      let normalized = x.enumerated().map { $1 * scale[$0 % channels] + shift[$0 % channels] }
      let sigmoid = normalized.map { 1 / (1 + exp(-$0)) }
      let z = zip(normalized, sigmoid).map { $0 * $1 }
      let slope = zip(normalized, sigmoid).map { $1 * (1 + $0 * (1 - $1)) }
      let dzInput = DepthwiseReference.inputGradient(dy, weights: w, g, channels: channels)
      let expected = zip(dzInput, slope).map { $0 * $1 }
      let expectedWeights = DepthwiseReference.weightGradient(dy, z, g, channels: channels)
      var expectedSums = [Double](repeating: 0, count: 2 * channels)
      for (i, d) in expected.enumerated() {
        let c = i % channels
        expectedSums[c] += d
        expectedSums[channels + c] += d * (x[i] - mean[c]) * inverse[c]
      }

      let operation = DepthwiseConvolution(geometry: g, channels: channels, activation: .swish)
      let buffers = coefficients.map { padded($0, channels: channels) }
      let (input, weights) = (padded(x, channels: channels), dense(w))
      let (scales, shifts) = (padded(scale, channels: channels), padded(shift, channels: channels))
      let (means, inverses) = (
        padded(mean, channels: channels), padded(inverse, channels: channels)
      )
      let (gradient, output) = (padded(dz, channels: channels), padded(raw, channels: channels))
      let dx = buffer(g.height * g.width * channelStride(channels))
      let dw = buffer(g.kernel * g.kernel * channelStride(channels))
      let scratch = buffer(operation.scratchSize, filledWith: .nan)
      var sums = [Double](repeating: 0, count: GradientSums.size(channels: channels))
      operation.backward(
        gradient.start, output.start,
        .init(a: buffers[0].start, b: buffers[1].start, c: buffers[2].start),
        input.start, .init(scale: scales.start, shift: shifts.start), mean: means.start,
        inverseDeviation: inverses.start, weights: weights.start, into: dx.start, sums: &sums,
        weightGradient: dw.start, scratch: scratch.start)
      let label = "\(g) C \(channels)"
      assertClose(
        values(dx, rows: g.height * g.width, channels: channels), expected, tolerance: tolerance,
        label)
      assertClose(
        values(dw, rows: g.kernel * g.kernel, channels: channels), expectedWeights,
        tolerance: tolerance, label)
      assertClose(sums, expectedSums, tolerance: tolerance, label)
    }
  }
}
