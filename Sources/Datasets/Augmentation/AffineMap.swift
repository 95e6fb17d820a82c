/// Where a point of the output lies in the unchanged picture: `p = M·(q − shift)`.
///
/// Points are relative to the centre of the picture, x to the right and y down, in pixels of the
/// output.
package struct AffineMap: Sendable, Equatable {
  package var xx = 1.0
  package var xy = 0.0
  package var yx = 0.0
  package var yy = 1.0
  package var shiftX = 0.0
  package var shiftY = 0.0

  /// Leaves every point where it is.
  package static let identity = AffineMap()

  @inline(__always)
  func callAsFunction(x: Double, y: Double) -> (x: Double, y: Double) {
    let x = x - shiftX
    let y = y - shiftY
    return (xx * x + xy * y, yx * x + yy * y)
  }
}
