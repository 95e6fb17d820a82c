/// How red, green and blue become one grey of 8 bits: a weighed sum in 32-bit fixed point.
public struct Luma: Sendable {
  let red: UInt32
  let green: UInt32
  let blue: UInt32
  let bias: UInt32

  /// Pillow's conversion to `L`: ITU-R 601-2 weights in units of 2⁻¹⁶, rounded. Torchvision's too.
  public static let pillow = Luma(
    red: 19595 << 8, green: 38470 << 8, blue: 7471 << 8, bias: 1 << 23)

  /// TensorFlow's `rgb_to_grayscale`: 0.2989, 0.5870 and 0.1140, times 255.5/255 because it
  /// converts to [0, 1] and back with that factor, and truncated. Here in units of 2⁻²⁴ rather than
  /// in floats.
  public static let tensorFlow = Luma(red: 5_024_543, green: 9_867_536, blue: 1_916_353, bias: 0)

  /// Grey of one pixel. All of the sum's 32 bits are needed at most.
  @inline(__always)
  func callAsFunction(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum =
      UInt32(red) &* self.red &+ UInt32(green) &* self.green &+ UInt32(blue) &* self.blue &+ bias
    return UInt8(truncatingIfNeeded: sum &>> 24)
  }
}
