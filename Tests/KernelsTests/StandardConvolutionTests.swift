import Kernels
import Tensors
import XCTest

/// Standard convolutions of images and of rows against their reference.
final class StandardConvolutionTests: XCTestCase {
  /// Sums of at most 1,000 products (outputs and input gradients) or of a few thousand (weights) of
  /// floats near 1.
  private let tolerance = 1e-5

  private struct Case {
    let geometry: ConvolutionGeometry
    let inputChannels, channels: Int
    /// Whether the input is an image without channel padding.
    let isImage: Bool
    let x, weights: [Double]
    /// Gradient behind the output, its raw values, and the coefficients a, b, c.
    let dz, raw: [Double]
    let coefficients: [[Double]]

    init(_ geometry: ConvolutionGeometry, from inputChannels: Int, to channels: Int, isImage: Bool)
    {
      self.geometry = geometry
      self.inputChannels = inputChannels
      self.channels = channels
      self.isImage = isImage
      x = randomValues(geometry.height * geometry.width * inputChannels, seed: 1)
      weights = randomValues(
        geometry.kernel * geometry.kernel * inputChannels * channels, seed: 2)
      dz = randomValues(geometry.outputs * channels, seed: 6)
      raw = randomValues(geometry.outputs * channels, seed: 7)
      coefficients = (3...5).map { randomValues(channels, seed: $0) }
    }

    var label: String { "\(geometry) \(inputChannels) → \(channels), image \(isImage)" }
    var inputs: Int { geometry.height * geometry.width }

    /// For all rows of output gradients at once, for one row, and for three.
    var bandSizes: [Int] {
      let row = (geometry.outWidth + 2 * geometry.kernel) * channelStride(channels) * 4
      return [1 << 30, 1, 3 * row]
    }

    func operation(bandBytes: Int) -> StandardConvolution {
      StandardConvolution(
        geometry: geometry, inputChannels: inputChannels, channels: channels,
        inputStep: isImage ? inputChannels : channelStride(inputChannels), bandBytes: bandBytes)
    }

    var input: UnsafeMutablePointer<Float> {
      isImage ? dense(x).start : Layout.rows.pixels(x, channels: inputChannels).start
    }

    /// The gradient of the raw output.
    var dy: [Double] {
      dz.indices.map { i in
        let c = i % channels
        return coefficients[0][c] * dz[i] + coefficients[1][c] * raw[i] + coefficients[2][c]
      }
    }
  }

  private func forEachCase(_ body: (Case) -> Void) {
    let sizes = [(1, 1), (2, 3), (5, 5), (6, 8), (1, 3), (13, 17), (20, 9)]
    for (height, width) in sizes {
      for (kernel, stride) in [(3, 1), (3, 2), (5, 1), (5, 2)] {
        for (inputChannels, channels, isImage) in [
          (1, 8, true), (3, 40, true), (8, 24, false), (24, 72, false), (40, 16, false),
        ] {
          let geometry = ConvolutionGeometry(
            height: height, width: width, kernel: kernel, stride: stride)
          body(Case(geometry, from: inputChannels, to: channels, isImage: isImage))
          releaseBuffers()
        }
      }
    }
  }

  /// By tiles: of several bands, the last one shorter; of several blocks in a row; of several
  /// groups of channels, the last one ragged.
  private func forEachCaseOfTiles(_ body: (Case) -> Void) {
    for (height, width) in [(3, 70), (30, 17), (31, 34), (7, 257)] {
      for (inputChannels, channels) in [(17, 130), (130, 17), (65, 129)] {
        let geometry = ConvolutionGeometry(height: height, width: width, kernel: 3, stride: 1)
        body(Case(geometry, from: inputChannels, to: channels, isImage: false))
        releaseBuffers()
      }
    }
  }

  /// Scratch of `count` floats, whose end is checked by ``assertUntouched(_:_:)``.
  private func scratch(_ count: Int) -> FloatBuffer {
    buffer(count + vectorWidth, filledWith: .nan)
  }

  private func assertUntouched(_ scratch: FloatBuffer, _ label: String) {
    let end = values(scratch, count: scratch.count).suffix(vectorWidth)
    XCTAssertTrue(end.allSatisfy(\.isNaN), "\(label): scratch is too small")
  }

  func testForwardMatchesTheReference() {
    forEachCase(assertForward)
    forEachCaseOfTiles(assertForward)
  }

  private func assertForward(_ c: Case) {
    let expected = StandardConvolutionReference.forward(
      c.x, weights: c.weights, c.geometry, inputChannels: c.inputChannels, channels: c.channels)
    let operation = c.operation(bandBytes: 1)
    let panels = buffer(operation.panelsSize, filledWith: .nan)
    operation.pack(dense(c.weights).start, into: panels.start)
    var first: [Double]?
    for layout in Layout.allCases {
      for isEvaluating in [false, true] {
        let y = layout.room(for: c.geometry.outputs, channels: c.channels)
        let scratch = scratch(operation.forwardScratchSize)
        var moments = [Double](repeating: 0, count: ChannelMoments.size(channels: c.channels))
        moments.withUnsafeMutableBufferPointer {
          operation.forward(
            c.input, panels: panels.start, into: y,
            moments: isEvaluating ? nil : $0.baseAddress, scratch: scratch.start)
        }
        assertUntouched(scratch, c.label)
        let values = y.values(count: c.geometry.outputs, channels: c.channels)
        if let first {
          assertSameBits(values, first, c.label)
        } else {
          first = values
          assertClose(y, expected, channels: c.channels, tolerance: tolerance, c.label)
        }
        if isEvaluating { continue }
        XCTAssertEqual(moments[0], Double(c.geometry.outputs), c.label)
        let statistics = channelValues(moments[1...], channels: c.channels)
        assertClose(
          Array(statistics[..<c.channels]),
          StatisticsReference.means(expected, channels: c.channels), tolerance: tolerance,
          c.label)
        assertClose(
          Array(statistics[c.channels...]),
          StatisticsReference.squaredDeviations(expected, channels: c.channels),
          tolerance: tolerance, c.label)
      }
    }
  }

  func testGradientsMatchTheReference() {
    forEachCase { assertGradients($0, bandSizes: $0.bandSizes) }
    // Bands of tiles have the size that they have.
    forEachCaseOfTiles { assertGradients($0, bandSizes: [1]) }
  }

  private func assertGradients(_ c: Case, bandSizes: [Int]) {
    let weightGradient = StandardConvolutionReference.weightGradient(
      c.dy, c.x, c.geometry, inputChannels: c.inputChannels, channels: c.channels)
    let inputGradient = StandardConvolutionReference.inputGradient(
      c.dy, weights: c.weights, c.geometry, inputChannels: c.inputChannels,
      channels: c.channels)
    let skip = randomValues(c.inputs * c.inputChannels, seed: 8)
    for layout in Layout.allCases {
      for bandBytes in bandSizes {
        for isAdding in [false, true] {
          let dw = isAdding ? dense(c.weights) : buffer(c.weights.count, filledWith: .nan)
          let dx =
            c.isImage
            ? nil
            : isAdding
              ? Layout.rows.pixels(skip, channels: c.inputChannels)
              : Layout.rows.room(for: c.inputs, channels: c.inputChannels)
          run(c, layout, bandBytes: bandBytes, dw: dw, dx: dx, isAdding: isAdding)
          let label = "\(c.label) \(layout) \(bandBytes), adding \(isAdding)"
          assertClose(
            values(dw, count: c.weights.count),
            isAdding ? zip(weightGradient, c.weights).map { $0 + $1 } : weightGradient,
            tolerance: tolerance, label)
          guard let dx else { continue }
          assertClose(
            dx, isAdding ? zip(inputGradient, skip).map { $0 + $1 } : inputGradient,
            channels: c.inputChannels, tolerance: tolerance, label)
        }
      }
    }
  }

  private func run(
    _ c: Case, _ layout: Layout, bandBytes: Int, dw: FloatBuffer, dx: Pixels?, isAdding: Bool
  ) {
    let operation = c.operation(bandBytes: bandBytes)
    let panels = buffer(operation.transposedPanelsSize, filledWith: .nan)
    operation.packTransposed(dense(c.weights).start, into: panels.start)
    let vectors = c.coefficients.map(vector)
    let scratch = scratch(operation.scratchSize)
    operation.backward(
      .init(
        dz: layout.pixels(c.dz, channels: c.channels),
        y: layout.pixels(c.raw, channels: c.channels),
        .init(a: vectors[0], b: vectors[1], c: vectors[2])),
      c.input, into: dx.map { .init(panels: panels.start, dx: $0.start, isAdding: isAdding) },
      weightGradient: dw.start, isAdding: isAdding,
      scratch: scratch.start)
    assertUntouched(scratch, c.label)
  }
}
