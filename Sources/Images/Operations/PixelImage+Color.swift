/// Operations on the colour of each pixel, in place. Grey pictures have none and stay as they are.
extension PixelImage {
  /// Blends each pixel with its grey: factor 0 takes the colour away, 1 leaves it, more strengthens
  /// it.
  ///
  /// The grey is Pillow's or TensorFlow's; they differ by at most 1.
  public func adjustSaturation(_ factor: Double, _ luma: Luma) {
    guard channels == 3 else { return }
    let factor = Float(factor)
    let pixels = start
    for index in 0..<height * width {
      let pixel = pixels + 3 &* index
      let (red, green, blue) = (pixel[0], pixel[1], pixel[2])
      let grey = Float(luma(red, green, blue))
      pixel[0] = blend(grey, Float(red), factor)
      pixel[1] = blend(grey, Float(green), factor)
      pixel[2] = blend(grey, Float(blue), factor)
    }
  }

  /// The mean of all pixels as one grey, rounded; 0 for a picture without pixels.
  public func meanGrey(_ luma: Luma) -> UInt8 {
    let pixels = start
    let count = height * width
    guard count > 0 else { return 0 }
    var sum: UInt64 = 0
    if channels == 3 {
      for index in 0..<count {
        let pixel = pixels + 3 &* index
        sum &+= UInt64(luma(pixel[0], pixel[1], pixel[2]))
      }
    } else {
      for index in 0..<count { sum &+= UInt64(pixels[index]) }
    }
    return UInt8(Double(sum) / Double(count) + 0.5)
  }

  /// Turns the hue of every pixel by a part of the circle, −½ to ½.
  ///
  /// The way leads through Pillow's `HSV` of 8 bits, whose hue is a multiple of 1/255 of the
  /// circle, as torchvision does it for Pillow's pictures: its roundings are part of the result and
  /// are followed, with what Pillow computes in double and in single precision.
  public func rotateHue(by turn: Double) {
    guard channels == 3 else { return }
    let shift = UInt8(truncatingIfNeeded: Int(turn * 255))
    let pixels = start
    for index in 0..<height * width {
      let pixel = pixels + 3 &* index
      let color = HSV(pixel[0], pixel[1], pixel[2])
      let (red, green, blue) = color.turned(shift).rgb
      pixel[0] = red
      pixel[1] = green
      pixel[2] = blue
    }
  }
}
