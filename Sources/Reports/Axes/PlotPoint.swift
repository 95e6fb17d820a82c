/// A value over what it depends on.
package struct PlotPoint: Sendable, Equatable {
  package let x, y: Double

  package init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}
