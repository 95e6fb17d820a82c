/// Two bounds of a value, both included.
package struct Interval: Sendable, Codable, Equatable {
  /// Bounds in the unit of the value.
  package let low, high: Double

  /// Bounds that are the same distance from a value.
  package init(around value: Double, halfWidth: Double) {
    self.init(low: value - halfWidth, high: value + halfWidth)
  }

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}
