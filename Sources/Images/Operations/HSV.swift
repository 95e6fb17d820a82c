/// Hue, saturation and value of one pixel, 8 bits each, with Pillow's roundings.
///
/// Selections instead of branches, so that a loop over pixels becomes vector instructions.
struct HSV {
  private let hue: UInt8
  private let saturation: UInt8
  private let value: UInt8

  private init(hue: UInt8, saturation: UInt8, value: UInt8) {
    self.hue = hue
    self.saturation = saturation
    self.value = value
  }

  /// Converts from red, green and blue.
  @inline(__always)
  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    let greatest = max(red, max(green, blue))
    let range = greatest &- min(red, min(green, blue))
    // Grey has neither hue nor saturation; 1 keeps its divisions finite.
    let divisor = Float(max(range, 1))
    let redPart = Float(greatest &- red) / divisor
    let greenPart = Float(greatest &- green) / divisor
    let bluePart = Float(greatest &- blue) / divisor
    let sector =
      red == greatest
      ? bluePart - greenPart
      : green == greatest
        ? Float(2 + Double(redPart) - Double(bluePart))
        : Float(4 + Double(greenPart) - Double(redPart))
    let turns = Double(sector) / 6 + 1
    let angle = Float(turns - turns.rounded(.down))
    hue = range == 0 ? 0 : byte(Double(angle) * 255)
    saturation = byte(Double(Float(range) / Float(max(greatest, 1))) * 255)
    value = greatest
  }

  /// The same colour further round the circle.
  @inline(__always)
  func turned(_ shift: UInt8) -> HSV {
    HSV(hue: hue &+ shift, saturation: saturation, value: value)
  }

  /// Red, green and blue.
  @inline(__always)
  var rgb: (UInt8, UInt8, UInt8) {
    let position = Double(hue) * 6 / 255
    let sector = position.rounded(.down)
    let fraction = Float(position - sector)
    let purity = Float(Double(saturation) / 255)
    let top = Double(value)
    let low = byte(top * (1 - Double(purity)) + 0.5)
    let falling = byte(top * (1 - Double(purity * fraction)) + 0.5)
    let rising = byte(top * (1 - Double(purity) * (1 - Double(fraction))) + 0.5)
    // The last of 256 hues is the first sector again.
    let first = sector < 1 || sector > 5
    let red =
      first || sector == 5 ? value : sector == 1 ? falling : sector == 4 ? rising : low
    let green =
      sector == 1 || sector == 2 ? value : first ? rising : sector == 3 ? falling : low
    let blue =
      sector == 3 || sector == 4 ? value : sector == 2 ? rising : sector == 5 ? falling : low
    return (red, green, blue)
  }
}
