extension PixelImage {
  /// Blends with a smoothed picture: factor 0 gives that, 1 the picture, more than 1 a sharper one.
  ///
  /// Smoothed is the mean of each pixel, counted five times, and its eight neighbours. It is
  /// truncated, as in the official AutoAugment code, whose floats can fall one short of a whole
  /// mean; Pillow rounds it. The outermost pixels stay as they are.
  ///
  /// - Parameters:
  ///   - factor: Share of the picture.
  ///   - scratch: Another picture, whose contents are lost.
  public func adjustSharpness(_ factor: Double, scratch: PixelImage) {
    guard height > 2 && width > 2 else { return }
    scratch.copy(self)
    let factor = Float(factor)
    let channels = channels
    let rowBytes = width * channels
    for row in 1..<height - 1 {
      let center = UnsafePointer(scratch.start + row * rowBytes)
      let (above, below) = (center - rowBytes, center + rowBytes)
      let target = start + row * rowBytes
      for index in channels..<rowBytes - channels {
        let (left, right) = (index &- channels, index &+ channels)
        let value = UInt16(center[index])
        let corners =
          UInt16(above[left]) &+ UInt16(above[right]) &+ UInt16(below[left])
          &+ UInt16(below[right])
        let sides =
          UInt16(above[index]) &+ UInt16(below[index]) &+ UInt16(center[left])
          &+ UInt16(center[right])
        let smooth = (5 &* value &+ corners &+ sides) / 13
        target[index] = blend(Float(smooth), Float(value), factor)
      }
    }
  }
}
