import Kernels
import Tensors
import XCTest

/// The first convolution of whole micro-batches against its reference.
final class StemConvolutionTests: XCTestCase {
  /// Sums of at most 75 products (forward) or of a few thousand (weights) of floats near 1.
  private let tolerance = 1e-5
  private let images = 2

  private struct Case {
    let operation: StemConvolution
    let x, weights: [Double]
    var geometry: ConvolutionGeometry { operation.geometry }
    var imageSize: Int { geometry.height * geometry.width * operation.inputChannels }

    func image(_ index: Int) -> [Double] {
      Array(x[index * imageSize..<(index + 1) * imageSize])
    }

    var scratch: UnsafeMutablePointer<Float> {
      buffer(operation.scratchSize, filledWith: .nan).start
    }
  }

  private func forEachCase(_ body: (Case, String) -> Void) {
    let sizes = [(1, 1), (2, 3), (5, 5), (6, 8), (1, 3), (13, 17), (32, 31)]
    for (height, width) in sizes {
      for (kernel, stride) in [(3, 1), (3, 2), (5, 2)] {
        for inputChannels in [1, 3] {
          for channels in [8, 24, 32, 40] {
            let geometry = ConvolutionGeometry(
              height: height, width: width, kernel: kernel, stride: stride)
            let operation = StemConvolution(
              geometry: geometry, inputChannels: inputChannels, channels: channels)
            body(
              Case(
                operation: operation,
                x: randomValues(images * height * width * inputChannels, seed: 1),
                weights: randomValues(operation.patchSize * channels, seed: 2)),
              "\(geometry) \(inputChannels) → \(channels)")
            releaseBuffers()
          }
        }
      }
    }
  }

  func testForwardMatchesTheReference() {
    forEachCase { c, label in
      let channels = c.operation.channels
      let expected = (0..<images).map {
        StemReference.forward(
          c.image($0), weights: c.weights, c.geometry, inputChannels: c.operation.inputChannels,
          channels: channels)
      }
      let size = c.geometry.outputs * channelStride(channels)
      let y = buffer(images * size, filledWith: .nan)
      var moments = [Double](repeating: 0, count: ChannelMoments.size(channels: channels))
      c.operation.forward(
        dense(c.x).start, images: images, weights: dense(c.weights).start, into: y.start,
        moments: &moments, scratch: c.scratch)
      for (image, expected) in expected.enumerated() {
        assertClose(
          .planes(y.start + image * size, pixels: c.geometry.outputs), expected,
          channels: channels, tolerance: tolerance, "\(label) image \(image)")
      }
      let all = expected.flatMap { $0 }
      let statistics = channelValues(moments[1...], channels: channels)
      XCTAssertEqual(moments[0], Double(images * c.geometry.outputs), label)
      assertClose(
        Array(statistics[..<channels]), StatisticsReference.means(all, channels: channels),
        tolerance: tolerance, label)
      assertClose(
        Array(statistics[channels...]),
        StatisticsReference.squaredDeviations(all, channels: channels), tolerance: tolerance,
        label)

      let evaluated = buffer(images * size, filledWith: .nan)
      c.operation.forward(
        dense(c.x).start, images: images, weights: dense(c.weights).start, into: evaluated.start,
        moments: nil, scratch: c.scratch)
      assertSameBits(
        values(evaluated, count: images * size), values(y, count: images * size), label)
    }
  }

  func testWeightGradientMatchesTheReference() {
    forEachCase { c, label in
      let (g, channels) = (c.geometry, c.operation.channels)
      let coefficients = (3...5).map { randomValues(channels, seed: $0) }
      let dz = randomValues(images * g.outputs * channels, seed: 6)
      let y = randomValues(images * g.outputs * channels, seed: 7)
      let dy = dz.indices.map { i in
        coefficients[0][i % channels] * dz[i] + coefficients[1][i % channels] * y[i]
          + coefficients[2][i % channels]
      }
      let outputSize = g.outputs * channels
      let expected = (0..<images).map {
        StemReference.weightGradient(
          Array(dy[$0 * outputSize..<($0 + 1) * outputSize]), c.image($0), g,
          inputChannels: c.operation.inputChannels, channels: channels)
      }.reduce(c.weights.map { _ in 0 }) { zip($0, $1).map { $0 + $1 } }

      // Planes of one image after the other.
      let size = g.outputs * channelStride(channels)
      let planes = [dz, y].map { values in
        let buffer = buffer(images * size)
        for image in 0..<images {
          Pixels.planes(buffer.start + image * size, pixels: g.outputs).write(
            Array(values[image * outputSize..<(image + 1) * outputSize]), channels: channels,
            padding: paddingValue)
        }
        return buffer
      }
      let gradient = buffer(c.weights.count, filledWith: .nan)
      let vectors = coefficients.map(vector)
      c.operation.backward(
        dense(c.x).start, images: images, dz: planes[0].start, y: planes[1].start,
        .init(a: vectors[0], b: vectors[1], c: vectors[2]), into: gradient.start,
        scratch: c.scratch)
      assertClose(
        values(gradient, count: c.weights.count), expected, tolerance: tolerance, label)
    }
  }
}
