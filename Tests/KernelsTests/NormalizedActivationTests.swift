import Kernels
import Tensors
import XCTest

/// What reads raw outputs and carries gradients back to them, in both layouts.
final class NormalizedActivationTests: XCTestCase {
  /// Single operations on floats near 8, or sums of about a hundred of them.
  private let tolerance = 2e-6
  private let count = 57

  override func tearDown() { releaseBuffers() }

  /// Every layout of input and output, activation, and a few channel counts.
  private func forEachCase(
    _ body: (_ x: Layout, _ y: Layout, _ channels: Int, _ activation: Activation) -> Void
  ) {
    for x in Layout.allCases {
      for y in Layout.allCases {
        for channels in [8, 24, 40] {
          for activation in [Activation.identity, .swish, .relu6] {
            body(x, y, channels, activation)
          }
        }
      }
    }
  }

  func testValuesAndMeansMatchTheReference() {
    forEachCase { from, to, channels, activation in
      let x = randomValues(count * channels, seed: 1)
      let scale = randomValues(channels, seed: 2, scale: 8)
      let shift = randomValues(channels, seed: 3)
      let expected = NormalizedActivationReference(scale: scale, shift: shift, activation)
        .forward(x)
      let means = StatisticsReference.means(expected, channels: channels)
      let normalization = NormalizedActivation.Normalization(
        scale: vector(scale), shift: vector(shift))
      let label = "\(from) to \(to), C \(channels) \(activation)"
      let source = from.pixels(x, channels: channels)
      let target = to.room(for: count, channels: channels)
      let mean = buffer(channelStride(channels), filledWith: .nan)
      NormalizedActivation.apply(
        NormalizedPixels(source, normalization, activation), count: count, channels: channels,
        into: target, mean: mean.start)
      assertClose(target, expected, channels: channels, tolerance: tolerance, label)
      assertClose(values(mean, count: channels), means, tolerance: tolerance, label)
      let meanOnly = buffer(channelStride(channels), filledWith: .nan)
      NormalizedActivation.apply(
        NormalizedPixels(source, normalization, activation), count: count, channels: channels,
        into: nil, mean: meanOnly.start)
      assertSameBits(values(meanOnly, count: channels), values(mean, count: channels), label)
    }
  }

  func testGradientPassesGateAndActivation() {
    forEachCase { from, to, channels, activation in
      for isGated in [false, true] {
        let (x, du) = (
          randomValues(count * channels, seed: 1), randomValues(count * channels, seed: 4)
        )
        let scale = randomValues(channels, seed: 2, scale: 8)
        let shift = randomValues(channels, seed: 3)
        let mean = randomValues(channels, seed: 5)
        let inverseDeviation = randomValues(channels, seed: 6)
        let (gate, pooled) = (randomValues(channels, seed: 7), randomValues(channels, seed: 8))
        let expected = NormalizedActivationReference(scale: scale, shift: shift, activation)
          .backward(du, x, gate: isGated ? (gate, pooled) : nil)
        let expectedSums = StatisticsReference.gradientSums(
          expected, x, mean: mean, inverseDeviation: inverseDeviation)
        // In one layout, in place.
        let source = from.pixels(du, channels: channels)
        let target = from == to ? source : to.room(for: count, channels: channels)
        var sums = [Double](repeating: 1, count: GradientSums.size(channels: channels))
        sums.withUnsafeMutableBufferPointer {
          guard let start = $0.baseAddress else { return }
          NormalizedActivation.backward(
            source,
            NormalizedPixels(
              to.pixels(x, channels: channels),
              .init(scale: vector(scale), shift: vector(shift)), activation),
            count: count, channels: channels,
            gate: isGated ? .init(gate: vector(gate), pooled: vector(pooled)) : nil,
            into: target,
            sums: .init(
              mean: vector(mean), inverseDeviation: vector(inverseDeviation), sums: start))
        }
        let label = "\(from) to \(to), C \(channels) \(activation), gated \(isGated)"
        assertClose(target, expected, channels: channels, tolerance: tolerance, label)
        assertClose(
          channelValues(sums, channels: channels), expectedSums.map { $0 + 1 },
          tolerance: tolerance, label)
      }
    }
  }

  func testGradientPassesAFactorAndTheActivation() {
    forEachCase { from, to, channels, activation in
      let (x, du) = (
        randomValues(count * channels, seed: 1), randomValues(count * channels, seed: 4)
      )
      let (scale, shift) = (
        randomValues(channels, seed: 2, scale: 8), randomValues(channels, seed: 3)
      )
      let (mean, inverse) = (randomValues(channels, seed: 5), randomValues(channels, seed: 6))
      let reader = NormalizedActivationReference(scale: scale, shift: shift, activation)
      let pooled = randomValues(channels, seed: 8)
      // A factor, and a mean of which each pixel has its share.
      for factor in [1.25, nil] {
        let expected = reader.backward(
          du.indices.map { i in factor.map { $0 * du[i] } ?? pooled[i % channels] }, x, gate: nil)
        let dz = to.room(for: count, channels: channels)
        var sums = [Double](repeating: 1, count: GradientSums.size(channels: channels))
        sums.withUnsafeMutableBufferPointer {
          guard let start = $0.baseAddress else { return }
          let target = GradientSums.Target(
            mean: vector(mean), inverseDeviation: vector(inverse), sums: start)
          let input = NormalizedPixels(
            to.pixels(x, channels: channels),
            .init(scale: vector(scale), shift: vector(shift)), activation)
          if let factor {
            NormalizedActivation.backward(
              from.pixels(du, channels: channels), factor: Float(factor), input, count: count,
              channels: channels, into: dz, sums: target)
          } else {
            NormalizedActivation.backward(
              pooled: vector(pooled), input, count: count, channels: channels, into: dz,
              sums: target)
          }
        }
        let label = "\(from) to \(to), C \(channels) \(activation), \(factor as Any)"
        assertClose(dz, expected, channels: channels, tolerance: tolerance, label)
        assertClose(
          channelValues(sums, channels: channels),
          StatisticsReference.gradientSums(expected, x, mean: mean, inverseDeviation: inverse)
            .map { $0 + 1 }, tolerance: tolerance, label)
      }
    }
  }

  func testResidualAdditionMatchesTheReference() {
    for (channels, activation) in [(8, .identity), (24, .swish), (40, .relu6), (24, .identity)]
      as [(Int, Activation)]
    {
      let x = randomValues(count * channels, seed: 1)
      let skip = randomValues(count * channels, seed: 2)
      let scale = randomValues(channels, seed: 3, scale: 8)
      let shift = randomValues(channels, seed: 4)
      let branch = NormalizedActivationReference(scale: scale, shift: shift, activation).forward(x)
      for factor in [1, 0, 1.25] {
        for hasSkip in [false, true] {
          let y = Layout.rows.room(for: count, channels: channels)
          ResidualAddition.apply(
            Layout.rows.pixels(x, channels: channels).start, rows: count, channels: channels,
            .init(scale: vector(scale), shift: vector(shift)), activation, factor: Float(factor),
            skip: hasSkip ? Layout.rows.pixels(skip, channels: channels).start : nil,
            into: y.start)
          assertClose(
            y, branch.indices.map { branch[$0] * factor + (hasSkip ? skip[$0] : 0) },
            channels: channels, tolerance: tolerance, "\(channels), \(factor), \(hasSkip)")
        }
      }
    }
  }

  func testPixelsAreGatedBetweenLayouts() {
    forEachCase { from, to, channels, _ in
      // The last pixels of an image, as a tile that starts within it.
      let (x, gate) = (randomValues(count * channels, seed: 1), randomValues(channels, seed: 2))
      let first = 20
      let tile = Array(x[(first * channels)...])
      let source = from.pixels(x, channels: channels).dropping(first)
      let gated = to.room(for: count - first, channels: channels)
      source.gate(count: count - first, channels: channels, by: vector(gate), into: gated)
      assertClose(
        gated, tile.indices.map { tile[$0] * gate[$0 % channels] }, channels: channels,
        tolerance: tolerance, "\(from) to \(to), C \(channels)")
    }
  }

  func testTheMeanOfALargeEvenImageIsNotBiased() {
    // Adding 160,000 equal terms one after the other would round in one direction all along.
    let (count, value) = (160_000, 0.1)
    let x = Layout.planes.pixels([Double](repeating: value, count: count * 16), channels: 16)
    let mean = buffer(16)
    NormalizedActivation.apply(
      NormalizedPixels(unchanged: x), count: count, channels: 16, into: nil, mean: mean.start)
    XCTAssertEqual(Double(mean.start[3]) / value, 1, accuracy: 2e-5)
  }
}
