/// Sixteen floats: the width that every kernel is written for.
///
/// One register with AVX-512; LLVM splits it in two with AVX2.
package typealias Vector = SIMD16<Float>

extension UnsafePointer<Float> {
  /// The vector that starts at float `index`.
  @inline(__always)
  func vector(_ index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer<Float> {
  /// The vector that starts at float `index`.
  @inline(__always)
  func vector(_ index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }

  /// Stores `value` from float `index` on.
  @inline(__always)
  func store(_ value: Vector, _ index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: Vector.self)
  }
}

/// e^x in each lane, for x between −87 and 88; outside, the value at the bound.
///
/// Splits x into n·ln 2 + r and evaluates a polynomial on |r| ≤ ½ ln 2 (coefficients of the Cephes
/// library's `expf`); relative error below 3·10⁻⁷. Rounding goes through the magic number
/// 1.5·2²³, because the library's SIMD `rounded()` is a scalar loop.
@inline(__always)
package func exponential(_ x: Vector) -> Vector {
  let bounded = x.bounded(above: 88).bounded(below: -87)
  let magic = Vector(repeating: 0x1.8p23)
  let shifted = magic.addingProduct(bounded, Vector(repeating: 1.442_695_04))
  let n = shifted - magic
  var r = bounded.addingProduct(n, Vector(repeating: -0.693_359_375))
  r = r.addingProduct(n, Vector(repeating: 2.121_944_4e-4))
  var p = Vector(repeating: 1.987_569_1e-4)
  p = Vector(repeating: 1.398_199_9e-3).addingProduct(p, r)
  p = Vector(repeating: 8.333_452e-3).addingProduct(p, r)
  p = Vector(repeating: 4.166_579_5e-2).addingProduct(p, r)
  p = Vector(repeating: 1.666_666_5e-1).addingProduct(p, r)
  p = Vector(repeating: 0.5).addingProduct(p, r)
  let value = (r + 1).addingProduct(p, r * r)
  // The low bits of the shifted number are n; they go to the exponent field.
  let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
  return unsafeBitCast(
    unsafeBitCast(value, to: SIMD16<Int32>.self) &+ exponent, to: Vector.self)
}

/// 1 / (1 + e^−x) in each lane.
@inline(__always)
package func sigmoid(_ x: Vector) -> Vector {
  1 / (1 + exponential(0 - x))
}

extension SIMD16<Float> {
  @inline(__always)
  func bounded(above limit: Float) -> Self {
    replacing(with: limit, where: self .> limit)
  }

  @inline(__always)
  func bounded(below limit: Float) -> Self {
    replacing(with: limit, where: self .< limit)
  }
}
