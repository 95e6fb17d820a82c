import Glibc

/// Operations that move pixels, in place, on grey and colour alike.
///
/// Each pixel takes the nearest one of where it comes from; pixels from outside the picture become
/// `neutralGrey`. Coordinates are those of pixel centres, from 0, in single precision, as in
/// TensorFlow's image transforms. Pillow's are half a pixel larger, which matters to shears: they
/// leave the first row or column in place here and the corner of the picture there.
extension PixelImage {
  /// What AutoAugment fills with: no colour, and of middle brightness.
  public static let neutralGrey: UInt8 = 128

  /// Mirrors left and right.
  public func flipHorizontally() {
    let (width, channels) = (width, channels)
    for row in 0..<height {
      let pixels = start + row * width * channels
      for column in 0..<width / 2 {
        let left = pixels + column &* channels
        let right = pixels + (width &- 1 &- column) &* channels
        for channel in 0..<channels {
          (left[channel], right[channel]) = (right[channel], left[channel])
        }
      }
    }
  }

  /// Turns about the centre, counter-clockwise; `scratch` is another picture, whose contents are
  /// lost.
  public func rotate(degrees: Double, scratch: PixelImage) {
    let (sine, cosine) = (Float(sin(degrees * .pi / 180)), Float(cos(degrees * .pi / 180)))
    let (right, bottom) = (Float(width - 1), Float(height - 1))
    gather(
      x: [cosine, -sine, (right - (cosine * right - sine * bottom)) / 2],
      y: [sine, cosine, (bottom - (sine * right + cosine * bottom)) / 2], scratch: scratch)
  }

  /// Moves each row to the left by `slope` times its distance from the uppermost.
  public func shearX(_ slope: Double, scratch: PixelImage) {
    gather(x: [1, Float(slope), 0], y: [0, 1, 0], scratch: scratch)
  }

  /// Moves each column up by `slope` times its distance from the leftmost.
  public func shearY(_ slope: Double, scratch: PixelImage) {
    gather(x: [1, 0, 0], y: [Float(slope), 1, 0], scratch: scratch)
  }

  /// Moves the picture left by x and up by y pixels.
  public func translate(x: Double, y: Double, scratch: PixelImage) {
    gather(x: [1, 0, Float(x)], y: [0, 1, Float(y)], scratch: scratch)
  }

  /// Fills the square with sides of `2 · halfSide` about a point with `neutralGrey`.
  ///
  /// The square begins `halfSide` pixels above and to the left of the pixel (x, y) and is cut at
  /// the borders of the picture.
  /// - Precondition: The pixel is one of the picture's, and `halfSide` is not negative.
  public func cutOut(x: Int, y: Int, halfSide: Int) {
    precondition(
      x >= 0 && x < width && y >= 0 && y < height && halfSide >= 0,
      "no square of \(2 * halfSide) pixels can be cut out about (\(x), \(y))")
    let columns = max(0, x - halfSide)..<min(width, x + halfSide)
    for row in max(0, y - halfSide)..<min(height, y + halfSide) {
      (start + (row * width + columns.lowerBound) * channels)
        .update(repeating: Self.neutralGrey, count: columns.count * channels)
    }
  }

  /// Fetches the pixel of each place (column, row) from (x · (column, row, 1), y · (column, row,
  /// 1)).
  private func gather(x: SIMD3<Float>, y: SIMD3<Float>, scratch: PixelImage) {
    scratch.copy(self)
    let source = UnsafePointer(scratch.start)
    let (height, width, channels) = (height, width, channels)
    let (right, bottom) = (Float(width), Float(height))
    var target = start
    for row in 0..<height {
      let (rowX, rowY) = (x.y * Float(row), y.y * Float(row))
      for column in 0..<width {
        let fromX = (x.x * Float(column) + rowX + x.z).rounded()
        let fromY = (y.x * Float(column) + rowY + y.z).rounded()
        if fromX >= 0 && fromX < right && fromY >= 0 && fromY < bottom {
          let pixel = source + (Int(fromY) &* width &+ Int(fromX)) &* channels
          for channel in 0..<channels { target[channel] = pixel[channel] }
        } else {
          for channel in 0..<channels { target[channel] = Self.neutralGrey }
        }
        target += channels
      }
    }
  }
}
