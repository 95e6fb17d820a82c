/// The way from one value to another, 0 at the first, 1 at the second, further beyond: clipped to 8
/// bits and truncated, as Pillow's `Image.blend` and the official AutoAugment code do it.
///
/// Without calls or traps, so that loops over it become vector instructions.
@inline(__always)
func blend(_ from: Float, _ to: Float, _ factor: Float) -> UInt8 {
  let value = from + factor * (to - from)
  return byte(max(0, min(value, 255)))
}

/// The whole part of a value between 0 and 255.
///
/// Adding 2²³ leaves a whole number in the lowest bits; the language's own conversion checks the
/// range of every number.
@inline(__always)
func byte(_ value: Float) -> UInt8 {
  UInt8(truncatingIfNeeded: (value.rounded(.down) + 0x1p23).bitPattern)
}

/// The whole part of a value between 0 and 255.
@inline(__always)
func byte(_ value: Double) -> UInt8 {
  UInt8(truncatingIfNeeded: (value.rounded(.down) + 0x1p52).bitPattern)
}
