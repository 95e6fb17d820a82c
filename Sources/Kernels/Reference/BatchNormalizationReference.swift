/// Batch normalisation of a group `[pixels, C]` in plain loops and doubles.
///
/// Backward goes through variance and mean one after the other, as the paper writes it (Ioffe &
/// Szegedy 2015, arXiv:1502.03167), not through the sums that the fast version exchanges.
package struct BatchNormalizationReference {
  /// Of each channel of the group.
  package let mean, inverseDeviation: [Double]
  private let x: [Double]
  private let channels: Int

  /// Normalises the pixels `x` by their own statistics.
  package init(_ x: [Double], channels: Int, epsilon: Double) {
    self.x = x
    self.channels = channels
    let count = Double(x.count / channels)
    mean = StatisticsReference.means(x, channels: channels)
    inverseDeviation = StatisticsReference.squaredDeviations(x, channels: channels).map {
      1 / ($0 / count + epsilon).squareRoot()
    }
  }

  /// What readers apply: y = scale·x + shift.
  package func scaleAndShift(
    gamma: [Double], beta: [Double]
  ) -> (scale: [Double], shift: [Double]) {
    let scale = zip(gamma, inverseDeviation).map { $0 * $1 }
    return (scale, mean.indices.map { beta[$0] - mean[$0] * scale[$0] })
  }

  /// The gradient of x, from that of the normalised value.
  package func inputGradient(_ dy: [Double], gamma: [Double]) -> [Double] {
    let count = Double(x.count / channels)
    var dx = dy
    for c in 0..<channels {
      let places = stride(from: c, to: x.count, by: channels)
      let s = inverseDeviation[c]
      var (dVariance, dMean, deviations) = (0.0, 0.0, 0.0)
      for i in places {
        dVariance += dy[i] * gamma[c] * (x[i] - mean[c]) * (-0.5 * s * s * s)
        dMean -= dy[i] * gamma[c] * s
        deviations += x[i] - mean[c]
      }
      dMean -= 2 * dVariance * deviations / count
      for i in places {
        dx[i] = dy[i] * gamma[c] * s + (2 * dVariance * (x[i] - mean[c]) + dMean) / count
      }
    }
    return dx
  }
}
