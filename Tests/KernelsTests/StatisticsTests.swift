import Kernels
import Tensors
import XCTest

/// Sums over pixels: moments, covariances, gradient sums, column sums.
final class StatisticsTests: XCTestCase {
  /// Sums of a few hundred floats near 1, one tile at a time.
  private let tolerance = 1e-5

  override func tearDown() { releaseBuffers() }

  /// The moments of dense pixels, gathered in tiles of `tile`.
  private func moments(_ x: [Double], channels: Int, tile: Int, _ layout: Layout) -> [Double] {
    var moments = [Double](repeating: 0, count: ChannelMoments.size(channels: channels))
    let pixels = layout.pixels(x, channels: channels)
    let count = x.count / channels
    for first in stride(from: 0, to: count, by: tile) {
      ChannelMoments.accumulate(
        into: &moments, channels: channels, pixels.dropping(first),
        count: min(tile, count - first))
    }
    return moments
  }

  func testMomentsOfAFarOffsetKeepTheirVariance() {
    // Mean 1000, deviation 0.01: E[x²] − E[x]² in single precision would give nonsense.
    let (count, channels) = (1000, 24)
    let x = randomValues(count * channels, seed: 3, scale: 0.01 * 3.0.squareRoot()).map {
      Double(Float(1000 + $0))
    }
    let means = StatisticsReference.means(x, channels: channels)
    let squares = StatisticsReference.squaredDeviations(x, channels: channels)
    for layout in Layout.allCases {
      for tile in [1, 7, 250, 1000] {
        let result = moments(x, channels: channels, tile: tile, layout)
        XCTAssertEqual(result[0], Double(count))
        let statistics = channelValues(result[1...], channels: channels)
        for c in 0..<channels {
          // Deviations of 0.01 are summed in single precision: the mean keeps its place far below
          // the 6e-5 between floats near 1000.
          XCTAssertEqual(statistics[c], means[c], accuracy: 1e-7, "\(layout) tile \(tile)")
          XCTAssertEqual(
            statistics[channels + c] / squares[c], 1, accuracy: tolerance,
            "\(layout) tile \(tile)")
        }
      }
    }
  }

  func testMergingMomentsIsCommutativeToTheBitAndRight() {
    let channels = 24
    let size = ChannelMoments.size(channels: channels)
    let x = randomValues(48 * channels, seed: 1)
    let a = moments(Array(x[..<(37 * channels)]), channels: channels, tile: 37, .rows)
    let b = moments(Array(x[(37 * channels)...]), channels: channels, tile: 11, .rows)
    let nothing = [Double](repeating: 0, count: size)
    func merged(_ a: [Double], _ b: [Double]) -> [Double] {
      var result = a
      ChannelMoments.merge(into: &result, b, size: size)
      return result
    }
    assertSameBits(merged(a, b), merged(b, a))
    assertSameBits(merged(a, nothing), a)
    assertSameBits(merged(nothing, a), a)
    XCTAssertEqual(merged(a, b)[0], 48)
    assertClose(
      channelValues(merged(a, b)[1...], channels: channels),
      StatisticsReference.means(x, channels: channels)
        + StatisticsReference.squaredDeviations(x, channels: channels), tolerance: tolerance)
  }

  /// Inputs with different offsets and sizes, and a channel that is nearly the sum of two others.
  private func dependentPixels(_ count: Int, channels: Int, seed: UInt64 = 20) -> [Double] {
    let offsets = randomValues(channels, seed: seed, scale: 5)
    var x = randomValues(count * channels, seed: seed + 1)
    for pixel in 0..<count {
      let row = pixel * channels
      for c in 0..<channels { x[row + c] = x[row + c] / Double(c % 3 + 1) + offsets[c] }
      x[row + channels - 1] = x[row] + x[row + 1]
      for c in 0..<channels { x[row + c] = Double(Float(x[row + c])) }
    }
    return x
  }

  private func assertCovariance(
    _ payload: [Double], of x: [Double], channels: Int, line: UInt = #line
  ) {
    let products = StatisticsReference.deviationProducts(x, channels: channels)
    let triangle = (0..<channels).flatMap { i in (0...i).map { products[i * channels + $0] } }
    XCTAssertEqual(payload[0], Double(x.count / channels), line: line)
    assertClose(
      Array(payload[1...channels]), StatisticsReference.means(x, channels: channels),
      tolerance: tolerance, "means of \(channels)", line: line)
    assertClose(
      Array(payload[(channels + 1)...]), triangle, tolerance: tolerance,
      "covariance of \(channels)", line: line)
  }

  func testCovarianceInTilesMatchesTwoPasses() {
    for channels in [8, 24, 40] {
      for count in [1, 2, 256, 700] {
        let x = dependentPixels(count, channels: channels)
        assertCovariance(covariance(x, channels: channels), of: x, channels: channels)
      }
    }
  }

  func testMergingCovariancesIsCommutativeToTheBitAndRight() {
    for channels in [8, 24, 40] {
      let x = dependentPixels(400, channels: channels)
      let a = covariance(Array(x[..<(300 * channels)]), channels: channels)
      let b = covariance(Array(x[(300 * channels)...]), channels: channels)
      let nothing = [Double](repeating: 0, count: a.count)
      func merged(_ a: [Double], _ b: [Double]) -> [Double] {
        var result = a
        InputCovariance.merge(into: &result, b, channels: channels)
        return result
      }
      assertSameBits(merged(a, b), merged(b, a))
      assertSameBits(merged(a, nothing), a)
      assertSameBits(merged(nothing, a), a)
      assertCovariance(merged(a, b), of: x, channels: channels)
    }
  }

  func testCovarianceGivesTheMomentsOfTheExpansion() {
    for (channels, outputs) in [(8, 24), (24, 40), (40, 16)] {
      let x = dependentPixels(700, channels: channels)
      let weights = randomValues(channels * outputs, seed: 22)
      let y = MatrixReference.multiply(x, weights, k: channels)
      var moments = [Double](
        repeating: .nan, count: ChannelMoments.size(channels: outputs))
      InputCovariance.expand(
        covariance(x, channels: channels), channels: channels, weights: dense(weights).start,
        outputChannels: outputs, into: &moments)
      XCTAssertEqual(moments[0], 700)
      let statistics = channelValues(moments[1...], channels: outputs)
      assertClose(
        Array(statistics[..<outputs]), StatisticsReference.means(y, channels: outputs),
        tolerance: tolerance, "\(channels) → \(outputs)")
      assertClose(
        Array(statistics[outputs...]),
        StatisticsReference.squaredDeviations(y, channels: outputs), tolerance: tolerance,
        "\(channels) → \(outputs)")
    }
  }

  func testADependentInputGivesNoNegativeVariance() {
    // Every column of the weights is, but for its size, the combination that is nearly constant:
    // x₀ + x₁ − x₂. Rounding is all that is left of its variance, and as often below zero as above.
    let (channels, outputs) = (3, 40)
    let sizes = randomValues(outputs, seed: 23, scale: 100)
    let weights = [1.0, 1, -1].flatMap { sign in sizes.map { sign * $0 } }
    for seed in 30..<50 {
      let x = dependentPixels(700, channels: channels, seed: UInt64(seed))
      var moments = [Double](repeating: .nan, count: ChannelMoments.size(channels: outputs))
      InputCovariance.expand(
        covariance(x, channels: channels), channels: channels, weights: dense(weights).start,
        outputChannels: outputs, into: &moments)
      XCTAssertTrue(moments.allSatisfy(\.isFinite), "seed \(seed)")
      let squares = channelValues(moments[1...], channels: outputs)[outputs...]
      XCTAssertTrue(squares.allSatisfy { $0 >= 0 }, "seed \(seed)")
      // A share of what the terms of the quadratic form come to before they cancel.
      let products = StatisticsReference.deviationProducts(x, channels: channels)
      let size = products.map(abs).reduce(0, +) * 100 * 100
      XCTAssertLessThan(squares.max() ?? .nan, tolerance * size, "seed \(seed)")
    }
  }

  func testGradientSumsMatchTheReference() {
    for channels in [8, 24, 40] {
      let count = 113
      let dy = randomValues(count * channels, seed: 1)
      let x = randomValues(count * channels, seed: 2)
      let mean = randomValues(channels, seed: 3)
      let inverseDeviation = randomValues(channels, seed: 4)
      var sums = [Double](repeating: 1, count: GradientSums.size(channels: channels))
      sums.withUnsafeMutableBufferPointer {
        guard let start = $0.baseAddress else { return }
        GradientSums.accumulate(
          into: .init(
            mean: vector(mean), inverseDeviation: vector(inverseDeviation), sums: start),
          channels: channels, Layout.rows.pixels(dy, channels: channels).start, factor: 1.25,
          Layout.rows.pixels(x, channels: channels).start, rows: count)
      }
      let expected = StatisticsReference.gradientSums(
        dy.map { 1.25 * $0 }, x, mean: mean, inverseDeviation: inverseDeviation)
      assertClose(
        channelValues(sums, channels: channels), expected.map { $0 + 1 }, tolerance: tolerance)
    }
  }

  func testColumnSumsMatchTheReference() {
    for columns in [8, 24, 40] {
      let x = randomValues(31 * columns, seed: 1)
      let sums = buffer(columns, filledWith: .nan)
      ColumnSums.write(
        Layout.rows.pixels(x, channels: columns).start, rows: 31, columns: columns,
        into: sums.start)
      assertClose(
        values(sums, count: columns), MatrixReference.columnSums(x, columns: columns),
        tolerance: tolerance)
      ColumnSums.write(sums.start, rows: 0, columns: columns, into: sums.start)
      XCTAssertTrue(values(sums, count: columns).allSatisfy { $0 == 0 })
    }
  }
}
