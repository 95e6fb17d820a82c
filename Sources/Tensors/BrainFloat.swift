/// The upper half of a `Float`: its sign, its exponent and seven bits of its fraction (bfloat16).
///
/// Rounding is to nearest, ties to even; a number that is not one stays so.
package enum BrainFloat {
  private typealias Words = SIMD16<UInt32>

  @inline(__always)
  private static func rounded(_ values: SIMD16<Float>) -> Words {
    let bits = unsafeBitCast(values, to: Words.self)
    let nearest = bits &+ 0x7FFF &+ ((bits &>> 16) & 1)
    // The sum would carry the fraction of a not-a-number into its sign.
    let isNumber = (bits & 0x7FFF_FFFF) .<= 0x7F80_0000
    return ((bits | 0x40_0000).replacing(with: nearest, where: isNumber)) & 0xFFFF_0000
  }

  @inline(__always)
  private static func rounded(_ value: Float) -> Float {
    guard !value.isNaN else {
      return Float(bitPattern: (value.bitPattern | 0x40_0000) & 0xFFFF_0000)
    }
    let bits = value.bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000)
  }

  @inline(__always)
  private static func vector(_ address: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(address).loadUnaligned(as: SIMD16<Float>.self)
  }

  @inline(__always)
  private static func store(_ value: SIMD16<Float>, _ address: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(address).storeBytes(of: value, as: SIMD16<Float>.self)
  }

  /// Rounds `count` values in place.
  package static func round(_ values: UnsafeMutablePointer<Float>, count: Int) {
    let whole = count & ~15
    for i in stride(from: 0, to: whole, by: 16) {
      store(unsafeBitCast(rounded(vector(values + i)), to: SIMD16<Float>.self), values + i)
    }
    for i in whole..<count { values[i] = rounded(values[i]) }
  }

  /// Rounds both operands of a sum, and adds them in full precision.
  package static func add(
    _ other: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    let whole = count & ~15
    for i in stride(from: 0, to: whole, by: 16) {
      let left = unsafeBitCast(rounded(vector(sum + i)), to: SIMD16<Float>.self)
      let right = unsafeBitCast(rounded(vector(other + i)), to: SIMD16<Float>.self)
      store(left + right, sum + i)
    }
    for i in whole..<count { sum[i] = rounded(sum[i]) + rounded(other[i]) }
  }

  /// Rounds `count` values to 16 bits each.
  package static func pack(
    _ values: UnsafePointer<Float>, count: Int, into packed: UnsafeMutablePointer<UInt16>
  ) {
    let whole = count & ~15
    for i in stride(from: 0, to: whole, by: 16) {
      let halves = SIMD16<UInt16>(truncatingIfNeeded: rounded(vector(values + i)) &>> 16)
      UnsafeMutableRawPointer(packed + i).storeBytes(of: halves, as: SIMD16<UInt16>.self)
    }
    for i in whole..<count { packed[i] = UInt16(rounded(values[i]).bitPattern >> 16) }
  }

  /// Makes floats of `count` packed values.
  package static func unpack(
    _ packed: UnsafePointer<UInt16>, count: Int, into values: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<count { values[i] = Float(bitPattern: UInt32(packed[i]) << 16) }
  }
}
