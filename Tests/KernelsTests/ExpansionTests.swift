import Kernels
import Tensors
import XCTest

/// Depthwise convolution of an expansion that is never stored against one that is.
final class ExpansionTests: XCTestCase {
  /// Sums of at most 40·25 products (forward), or of a few hundred outputs (gradients), of floats
  /// near 8.
  private let tolerance = 1e-5

  private let inputChannels = [24: [8, 5], 40: [24]]

  /// An expansion with random weights, `[Cin, C]`.
  private struct Expanded {
    let x, weights: [Double]
    let expansion: Expansion
    let inputChannels: Int

    init(_ c: DepthwiseCase, inputChannels: Int) {
      self.inputChannels = inputChannels
      x = randomValues(c.inputs * inputChannels, seed: 1)
      weights = randomValues(inputChannels * c.channels, seed: 14, scale: 0.5)
      let panels = buffer(
        Expansion.panelsSize(inputChannels: inputChannels, channels: c.channels),
        filledWith: .nan)
      Expansion.pack(
        dense(weights).start, inputChannels: inputChannels, channels: c.channels,
        into: panels.start)
      expansion = Expansion(
        inputChannels: inputChannels, channels: c.channels, panels: panels.start)
    }

    var y: [Double] { MatrixReference.multiply(x, weights, k: inputChannels) }
    func pixels(_ c: DepthwiseCase) -> ExpandedPixels {
      ExpandedPixels(
        expanding: Layout.rows.pixels(x, channels: inputChannels).start, expansion,
        c.normalization, c.activation)
    }
  }

  private func forEachCase(_ body: (DepthwiseCase, Expanded) -> Void) {
    DepthwiseCase.forEach(channels: [24, 40]) { c in
      for count in inputChannels[c.channels] ?? [] { body(c, Expanded(c, inputChannels: count)) }
    }
  }

  func testForwardMakesTheExpansionOnTheWay() {
    forEachCase { c, e in
      let expected = DepthwiseReference.forward(
        c.reader.forward(e.y), weights: c.weights, c.geometry, channels: c.channels)
      var first: [Double]?
      for bandBytes in c.bandSizes {
        let operation = c.convolution(bandBytes: bandBytes)
        let y = Layout.planes.room(for: c.geometry.outputs, channels: c.channels)
        var moments = [Double](repeating: 0, count: ChannelMoments.size(channels: c.channels))
        operation.forward(
          e.pixels(c), weights: dense(c.weights).start, into: y.start, moments: &moments,
          scratch: buffer(operation.scratchSize, filledWith: .nan).start)
        let label = "\(c.label) Cin \(e.inputChannels) \(bandBytes)"
        let values = y.values(count: c.geometry.outputs, channels: c.channels)
        if let first {
          assertSameBits(values, first, label)
        } else {
          first = values
          assertClose(y, expected, channels: c.channels, tolerance: tolerance, label)
        }
        assertClose(
          Array(channelValues(moments[1...], channels: c.channels)[..<c.channels]),
          StatisticsReference.means(expected, channels: c.channels), tolerance: tolerance, label)
      }
    }
  }

  func testBackwardGathersProductsSumsAndTheInputGradient() { checkBackward(isAdding: false) }

  func testBackwardAddsToTheInputGradientOfTheShortCut() { checkBackward(isAdding: true) }

  /// P = xᵀ·dz, Σ dz and dx₀ = (dz·scale)·Wᵀ, with dz the gradient of the normalised expansion.
  private func checkBackward(isAdding: Bool) {
    forEachCase { c, e in
      let dz = c.reader.backward(
        DepthwiseReference.inputGradient(
          c.dy, weights: c.weights, c.geometry, channels: c.channels), e.y)
      let products = MatrixReference.multiplyTransposed(e.x, dz, k: c.inputs)
      let sums = MatrixReference.columnSums(dz, columns: c.channels)
      let skip = randomValues(c.inputs * e.inputChannels, seed: 12)
      let scaled = dz.indices.map { dz[$0] * c.scale[$0 % c.channels] }
      var dx = MatrixReference.multiplyByTransposed(scaled, e.weights, k: c.channels)
      if isAdding { dx = zip(dx, skip).map { $0 + $1 } }
      let dw = DepthwiseReference.weightGradient(
        c.dy, c.reader.forward(e.y), c.geometry, channels: c.channels)

      var first: (products: [Double], sums: [Double], dx: [Double])?
      for bandBytes in c.bandSizes {
        let target =
          isAdding
          ? Layout.rows.pixels(skip, channels: e.inputChannels)
          : Layout.rows.room(for: c.inputs, channels: e.inputChannels)
        let result = backward(c, e, into: target.start, isAdding: isAdding, bandBytes: bandBytes)
        let label = "\(c.label) Cin \(e.inputChannels) \(bandBytes)"
        let values = target.values(count: c.inputs, channels: e.inputChannels)
        // Rows are taken one by one, whatever the bands.
        if let first {
          assertSameBits(values, first.dx, label)
          assertSameBits(result.products, first.products, label)
          assertSameBits(result.sums, first.sums, label)
        } else {
          first = (result.products, result.sums, values)
          assertClose(target, dx, channels: e.inputChannels, tolerance: tolerance, label)
          assertClose(result.products, products, tolerance: tolerance, label)
          assertClose(result.sums, sums, tolerance: tolerance, label)
        }
        // Weight gradients are added up band by band: other bands round them otherwise.
        assertClose(
          result.weightGradient, dw, channels: c.channels, tolerance: tolerance, label)
      }
    }
  }

  private func backward(
    _ c: DepthwiseCase, _ e: Expanded, into dx: UnsafeMutablePointer<Float>, isAdding: Bool,
    bandBytes: Int
  ) -> (products: [Double], sums: [Double], weightGradient: Pixels) {
    let (inputChannels, channels) = (e.inputChannels, c.channels)
    let operation = c.convolution(bandBytes: bandBytes)
    let transposed = buffer(
      Expansion.transposedPanelsSize(inputChannels: inputChannels, channels: channels),
      filledWith: .nan)
    Expansion.packTransposed(
      dense(e.weights).start, scale: vector(c.scale), inputChannels: inputChannels,
      channels: channels, into: transposed.start)
    let products = buffer(
      Expansion.productsSize(inputChannels: inputChannels, channels: channels))
    let weightGradient = Layout.rows.pixels(
      [Double](repeating: 0, count: c.weights.count), channels: channels)
    var sums = [Double](repeating: 0, count: channelStride(channels))
    sums.withUnsafeMutableBufferPointer { sums in
      guard let start = sums.baseAddress else { return }
      operation.backward(
        c.outputGradient, e.pixels(c),
        into: .init(
          transposedPanels: transposed.start, products: products.start, sums: start, dx: dx,
          isAdding: isAdding),
        weights: dense(c.weights).start, weightGradient: weightGradient.start,
        scratch: buffer(operation.scratchSize, filledWith: .nan).start)
    }
    return (
      productPanels(products, channels: channels).values(count: inputChannels, channels: channels),
      channelValues(sums, channels: channels), weightGradient
    )
  }
}
