/// The source pixels that make up each pixel of a resized axis, with their weights.
struct ResamplingWeights {
  /// What the weights were made for.
  struct Axis: Equatable {
    /// Pixels of the source.
    let sourceCount: Int
    /// Where the part to resize begins in the source, in pixels.
    let start: Double
    /// Source pixels of that part.
    let length: Double
    /// Pixels of the result.
    let count: Int
    let filter: ResizeFilter
  }

  let axis: Axis
  /// Source pixels that the result depends on.
  let sources: Range<Int>
  /// For each pixel of the result: its first source pixel, counted from the first of `sources`.
  let firsts: [Int]
  /// For each pixel of the result: how many source pixels it depends on.
  let tapCounts: [Int]
  /// Distance from one pixel's weights to the next one's.
  let stride: Int
  /// Weights that add up to 1 for each pixel, `[count, stride]`.
  let weights: [Float]

  /// Weighs source pixels by the distance of their centres, as Pillow does.
  init(_ axis: Axis) {
    self.axis = axis
    let scale = axis.length / Double(axis.count)
    let reach = max(scale, 1)
    let support = axis.filter.support * reach
    let runs = (0..<axis.count).map { pixel in
      let centre = axis.start + (Double(pixel) + 0.5) * scale
      let first = max(0, Int(centre - support + 0.5))
      return (centre: centre, taps: first..<min(axis.sourceCount, Int(centre + support + 0.5)))
    }
    let origin = runs.first?.taps.lowerBound ?? 0
    sources = origin..<(runs.last?.taps.upperBound ?? 0)
    firsts = runs.map { $0.taps.lowerBound - origin }
    tapCounts = runs.map(\.taps.count)
    stride = tapCounts.max() ?? 0
    var weights = [Float](repeating: 0, count: axis.count * stride)
    for (pixel, run) in runs.enumerated() {
      var total = 0.0
      for tap in run.taps { total += weight(tap, run.centre) }
      for (index, tap) in run.taps.enumerated() {
        weights[pixel * stride + index] = Float(weight(tap, run.centre) / total)
      }
    }
    self.weights = weights

    func weight(_ tap: Int, _ centre: Double) -> Double {
      axis.filter.weight(at: abs(Double(tap) + 0.5 - centre) / reach)
    }
  }
}
