/// Bounds of a value, such as a confidence interval.
package struct PlotBounds: Sendable, Equatable {
  package let low, high: Double

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Whether both have places in a plot.
  var isDrawable: Bool { low.isDrawable && high.isDrawable }
}
