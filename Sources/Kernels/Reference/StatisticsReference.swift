/// Sums over the pixels of `[pixels, C]` in plain loops and doubles: what the one-pass versions are
/// checked against.
package enum StatisticsReference {
  /// The mean of each channel.
  package static func means(_ x: [Double], channels: Int) -> [Double] {
    let count = Double(x.count / channels)
    return MatrixReference.columnSums(x, columns: channels).map { $0 / count }
  }

  /// Σ (xᵢ − mᵢ)·(xⱼ − mⱼ), `[C, C]`, m the means.
  package static func deviationProducts(_ x: [Double], channels: Int) -> [Double] {
    let means = means(x, channels: channels)
    let deviations = x.indices.map { x[$0] - means[$0 % channels] }
    return MatrixReference.multiplyTransposed(deviations, deviations, k: x.count / channels)
  }

  /// Σ (x − m)² of each channel.
  package static func squaredDeviations(_ x: [Double], channels: Int) -> [Double] {
    let means = means(x, channels: channels)
    let squares = x.indices.map { (x[$0] - means[$0 % channels]) * (x[$0] - means[$0 % channels]) }
    return MatrixReference.columnSums(squares, columns: channels)
  }

  /// Σ dy and Σ dy·x̂ with x̂ = (x − mean)·inverseDeviation, `[2, C]`.
  package static func gradientSums(
    _ dy: [Double], _ x: [Double], mean: [Double], inverseDeviation: [Double]
  ) -> [Double] {
    let channels = mean.count
    let products = x.indices.map {
      dy[$0] * (x[$0] - mean[$0 % channels]) * inverseDeviation[$0 % channels]
    }
    return MatrixReference.columnSums(dy, columns: channels)
      + MatrixReference.columnSums(products, columns: channels)
  }
}
