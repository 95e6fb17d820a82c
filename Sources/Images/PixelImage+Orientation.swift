extension PixelImage {
  /// Becomes the upright picture of pixels that lie in `stored` as their file has them, 3 channels.
  func copy(_ stored: PixelImage, orientation: ExifOrientation) {
    let (rows, columns) = (stored.height, stored.width)
    // Where the upright picture begins in the stored one, and the way to the right and downwards.
    let (lastRow, lastColumn) = ((rows - 1) * columns, columns - 1)
    let (first, right, down) =
      switch orientation {
      case .upright: (0, 1, columns)
      case .mirrored: (lastColumn, -1, columns)
      case .halfTurned: (lastRow + lastColumn, -1, -columns)
      case .flipped: (lastRow, 1, -columns)
      case .transposed: (0, columns, 1)
      case .quarterTurned: (lastRow, -columns, 1)
      case .transversed: (lastRow + lastColumn, -columns, -1)
      case .threeQuartersTurned: (lastColumn, columns, -1)
      }
    if orientation.exchangesAxes {
      reshape(height: columns, width: rows, channels: 3)
    } else {
      reshape(height: rows, width: columns, channels: 3)
    }
    // Where axes are exchanged, neighbours lie rows apart: few rows at a time stay in the cache.
    let (tileHeight, tileWidth) = orientation.exchangesAxes ? (64, 16) : (1, width)
    for top in stride(from: 0, to: height, by: tileHeight) {
      for left in stride(from: 0, to: width, by: tileWidth) {
        for row in top..<min(top + tileHeight, height) {
          var source = stored.start + 3 * (first + row * down + left * right)
          var target = start + 3 * (row * width + left)
          for _ in left..<min(left + tileWidth, width) {
            target[0] = source[0]
            target[1] = source[1]
            target[2] = source[2]
            target += 3
            source += 3 * right
          }
        }
      }
    }
  }
}
