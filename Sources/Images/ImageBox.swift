/// A rectangle in a picture, in pixels; it need not begin or end at whole ones.
public struct ImageBox: Sendable, Equatable {
  /// Distance of the left edge from the picture's.
  public var x: Double
  /// Distance of the upper edge from the picture's.
  public var y: Double
  /// From the left edge to the right one.
  public var width: Double
  /// From the upper edge to the lower one.
  public var height: Double

  /// The rectangle with this upper left corner and this size.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}
