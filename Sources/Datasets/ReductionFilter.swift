/// Weights that bring an axis of `sourceCount` pixels to `count`, no more than there were.
///
/// Triangle filter with half-pixel centres, as wide to either side as one output pixel and cut off
/// at the border: "bilinear with antialiasing".
struct ReductionFilter: Sendable {
  /// Source pixels of each output pixel and their weights, which add up to 1.
  let taps: [[(source: Int, weight: Float)]]

  init(from sourceCount: Int, to count: Int) {
    let factor = Double(sourceCount) / Double(count)
    taps = (0..<count).map { pixel in
      let centre = (Double(pixel) + 0.5) * factor
      let run = max(0, Int(centre - factor - 1))..<min(sourceCount, Int(centre + factor + 1))
      let weights = run.map { max(0, 1 - abs(Double($0) + 0.5 - centre) / factor) }
      let total = weights.reduce(0, +)
      return zip(run, weights).filter { $0.1 > 0 }.map { ($0.0, Float($0.1 / total)) }
    }
  }
}
