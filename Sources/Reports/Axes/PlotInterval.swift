/// Bounds of a value over what it depends on.
package struct PlotInterval: Sendable, Equatable {
  package let x, low, high: Double

  package init(x: Double, low: Double, high: Double) {
    self.x = x
    self.low = low
    self.high = high
  }
}
