import Images

/// An operation of AutoAugment or RandAugment with its amount: what a picture undergoes.
package enum PolicyOperation: Sendable, Equatable {
  case autoContrast
  case equalize
  case invert
  case rotate(degrees: Double)
  case posterize(bits: Int)
  case solarize(threshold: Int)
  case color(factor: Double)
  case contrast(factor: Double)
  case brightness(factor: Double)
  case sharpness(factor: Double)
  case shearX(slope: Double)
  case shearY(slope: Double)
  case translateX(pixels: Double)
  case translateY(pixels: Double)
  /// The centre is given as a fraction of width and height.
  case cutout(x: Double, y: Double, halfSide: Int)
  case solarizeAdd(addition: Int)

  /// Changes a picture in place; `scratch` is another one, whose contents are lost.
  package func apply(to image: PixelImage, scratch: PixelImage) {
    guard image.byteCount > 0 else { return }
    switch self {
    case .autoContrast: image.autoContrast()
    case .equalize: image.equalize()
    case .invert: image.invert()
    case .rotate(let degrees): image.rotate(degrees: degrees, scratch: scratch)
    case .posterize(let bits): image.posterize(bits: bits)
    case .solarize(let threshold): image.solarize(threshold: threshold)
    case .color(let factor): image.adjustSaturation(factor, .tensorFlow)
    case .contrast(let factor):
      // Not the mean: the official code sums the histogram where it would have to weigh it, and
      // divides the number of pixels by 256. 196 at 224 × 224, white from 256 × 256 on.
      let grey = UInt8(clamping: image.height * image.width / 256)
      image.adjustContrast(factor, around: grey)
    case .brightness(let factor): image.adjustBrightness(factor)
    case .sharpness(let factor): image.adjustSharpness(factor, scratch: scratch)
    case .shearX(let slope): image.shearX(slope, scratch: scratch)
    case .shearY(let slope): image.shearY(slope, scratch: scratch)
    case .translateX(let pixels): image.translate(x: pixels, y: 0, scratch: scratch)
    case .translateY(let pixels): image.translate(x: 0, y: pixels, scratch: scratch)
    case .cutout(let x, let y, let halfSide):
      image.cutOut(
        x: Int(x * Double(image.width)), y: Int(y * Double(image.height)), halfSide: halfSide)
    case .solarizeAdd(let addition): image.solarize(adding: addition)
    }
  }
}
