/// Lines over a common axis, as SVG that needs neither scripts nor a fixed width.
///
/// Places are percentages of the plot's box and lines have the same width however the box is
/// stretched, so that text keeps its size on every screen. The colours come from ``PageStyle``.
package struct LinePlot: Sendable {
  /// A value.
  package struct Point: Sendable, Equatable {
    package let x, y: Double

    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// A line.
  package struct Series: Sendable {
    /// What the legend calls it; empty for the only line of a plot.
    package let name: String
    /// Values from left to right; those that are not finite are left out.
    package let points: [Point]

    package init(_ points: [Point], name: String = "") {
      self.name = name
      self.points = points
    }
  }

  /// What the values are.
  package var title: String
  /// Unit behind values, such as " %".
  package var unit = ""
  /// What the horizontal axis counts.
  package var horizontal = "epoch"
  /// One line or two.
  package var series: [Series]
  /// Whether the axis of values begins at 0.
  package var includesZero = false
  /// Whether the axis of values is logarithmic; values up to 0 are left out then.
  package var isLogarithmic = false

  package init(_ title: String, unit: String = "", includesZero: Bool = false, _ series: [Series]) {
    self.title = title
    self.unit = unit
    self.includesZero = includesZero
    self.series = series
  }

  /// Points that a line is drawn with at most, and two for its ends.
  static let pointLimit = 600
  // Halves of numbers near the limit of Double have finite differences.
  private static let largest = 1e300

  /// The points that can be drawn.
  func drawable(_ points: [Point]) -> [Point] {
    points.filter {
      abs($0.x) < Self.largest && abs($0.y) < Self.largest && (!isLogarithmic || $0.y > 0)
    }
  }

  /// At most ``pointLimit`` points and the ends: of each run of points the lowest and the highest, so
  /// that no spike is lost.
  static func thinned(_ points: [Point]) -> [Point] {
    guard points.count > pointLimit else { return points }
    let runs = pointLimit / 2
    var result = [points[0]]
    for run in 0..<runs {
      let indices = run * points.count / runs..<(run + 1) * points.count / runs
      var (low, high) = (indices.lowerBound, indices.lowerBound)
      for index in indices {
        if points[index].y < points[low].y { low = index }
        if points[index].y > points[high].y { high = index }
      }
      result.append(points[min(low, high)])
      if low != high { result.append(points[max(low, high)]) }
    }
    return result + [points[points.count - 1]]
  }
}
