import Images

/// Moves the pixels of a picture as an ``AffineMap`` says, by bilinear sampling.
package enum AffineSampler {
  /// Writes the changed picture, of the same shape.
  ///
  /// A point outside the picture gets the fill value; within half a pixel of the border the
  /// outermost pixel continues.
  package static func sample(
    _ source: PixelImage, _ map: AffineMap, fill: UInt8, into target: PixelImage
  ) {
    let (height, width, channels) = (source.height, source.width, source.channels)
    target.reshape(height: height, width: width, channels: channels)
    let (halfHeight, halfWidth) = (Double(height) / 2, Double(width) / 2)
    let (right, bottom) = (Double(width - 1), Double(height - 1))
    var pixel = target.start
    for v in 0..<height {
      for u in 0..<width {
        let point = map(x: Double(u) + 0.5 - halfWidth, y: Double(v) + 0.5 - halfHeight)
        if abs(point.x) <= halfWidth && abs(point.y) <= halfHeight {
          let x = min(max(point.x + halfWidth - 0.5, 0), right)
          let y = min(max(point.y + halfHeight - 0.5, 0), bottom)
          let (column, row) = (Int(x), Int(y))
          let (fx, fy) = (Float(x - Double(column)), Float(y - Double(row)))
          let beside = column + 1 < width ? channels : 0
          let below = row + 1 < height ? width * channels : 0
          let corner = source.start + (row * width + column) * channels
          for channel in 0..<channels {
            let tap = corner + channel
            let upper = Float(tap[0]) + (Float(tap[beside]) - Float(tap[0])) * fx
            let lower =
              Float(tap[below]) + (Float(tap[below + beside]) - Float(tap[below])) * fx
            pixel[channel] = UInt8(upper + (lower - upper) * fy + 0.5)
          }
        } else {
          for channel in 0..<channels { pixel[channel] = fill }
        }
        pixel += channels
      }
    }
  }
}
