import Kernels
import Tensors
import XCTest

final class BatchNormalizationTests: XCTestCase {
  /// Few operations on floats near 1.
  private let tolerance = 2e-6
  private let epsilon = 1e-3
  private let count = 113

  override func tearDown() { releaseBuffers() }

  func testNormalizationAndItsGradientMatchTheReference() {
    for channels in [8, 24, 40] {
      let x = randomValues(count * channels, seed: 1)
      let dy = randomValues(count * channels, seed: 2)
      let (gamma, beta) = (randomValues(channels, seed: 3), randomValues(channels, seed: 4))
      let reference = BatchNormalizationReference(x, channels: channels, epsilon: epsilon)
      let moments = payload(
        [Double(count)],
        [
          StatisticsReference.means(x, channels: channels),
          StatisticsReference.squaredDeviations(x, channels: channels),
        ])
      let rooms = (0..<7).map { _ in buffer(channelStride(channels), filledWith: paddingValue) }
      let (mean, inverse, scale, shift) = (rooms[0], rooms[1], rooms[2], rooms[3])
      BatchNormalization.normalize(
        moments: moments, channels: channels, epsilon: epsilon, gamma: dense(gamma).start,
        beta: dense(beta).start, mean: mean.start, inverseDeviation: inverse.start,
        scale: scale.start, shift: shift.start)
      let factors = reference.scaleAndShift(gamma: gamma, beta: beta)
      for (room, expected) in [
        (mean, reference.mean), (inverse, reference.inverseDeviation), (scale, factors.scale),
        (shift, factors.shift),
      ] {
        assertClose(values(room, count: channels), expected, tolerance: tolerance)
      }

      let coefficients = BatchNormalization.GradientCoefficients(
        a: rooms[4].start, b: rooms[5].start, c: rooms[6].start)
      BatchNormalization.gradientCoefficients(
        sums: payload(
          [],
          [
            StatisticsReference.gradientSums(
              dy, x, mean: reference.mean, inverseDeviation: reference.inverseDeviation)
          ].flatMap { [Array($0[..<channels]), Array($0[channels...])] }),
        count: Double(count), channels: channels, scale: scale.start, mean: mean.start,
        inverseDeviation: inverse.start, into: coefficients)
      let expected = reference.inputGradient(dy, gamma: gamma)
      for from in Layout.allCases {
        for to in Layout.allCases {
          // In one layout, in place.
          let source = from.pixels(dy.map { $0 / 2 }, channels: channels)
          let dx = from == to ? source : to.room(for: count, channels: channels)
          BatchNormalization.inputGradient(
            source, factor: 2, from.pixels(x, channels: channels), count: count,
            channels: channels, coefficients, into: dx)
          assertClose(
            dx, expected, channels: channels, tolerance: tolerance, "\(from) to \(to) \(channels)")
        }
      }
    }
  }

  func testEvaluationNormalizesByRunningStatistics() {
    let channels = 24
    let mean = randomValues(channels, seed: 1)
    let variance = randomValues(channels, seed: 2).map(abs)
    let (gamma, beta) = (randomValues(channels, seed: 3), randomValues(channels, seed: 4))
    let (scale, shift) = (buffer(32), buffer(32))
    BatchNormalization.normalize(
      runningMean: dense(mean).start, runningVariance: dense(variance).start, channels: channels,
      epsilon: epsilon, gamma: dense(gamma).start, beta: dense(beta).start, scale: scale.start,
      shift: shift.start)
    let factors = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
    assertClose(values(scale, count: channels), factors, tolerance: tolerance)
    assertClose(
      values(shift, count: channels), mean.indices.map { beta[$0] - mean[$0] * factors[$0] },
      tolerance: tolerance)
  }

  /// Doubles as kernels pass them: a head, then rows padded to the channel stride.
  private func payload(_ head: [Double], _ rows: [[Double]]) -> [Double] {
    head
      + rows.flatMap {
        $0
          + [Double](
            repeating: Double(paddingValue), count: channelStride($0.count) - $0.count)
      }
  }
}
