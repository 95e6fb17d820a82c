import CProcessor

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

/// Terms that a float adds up before it goes to a total: equal terms, as of a flat background,
/// round in one direction, and an image may have 4 million pixels.
let longestSum = 256

/// Floats by which a stream from or to memory is asked for early, 8 KiB.
///
/// The processor's own prefetching starts anew with every page and leaves these loops waiting:
/// asking 4 to 16 KiB ahead makes a training step 4 per cent faster, 1 KiB ahead less than half of
/// that.
private let prefetchDistance = 2048

extension UnsafePointer<Float> {
  /// Asks for what a stream that is at `index` will read soon.
  @inline(__always)
  func prefetch(_ index: Int) { prefetch_for_reading(self + (index &+ prefetchDistance)) }
}

extension UnsafeMutablePointer<Float> {
  /// Asks for what a stream that is at `index` will read soon.
  @inline(__always)
  func prefetch(_ index: Int) { prefetch_for_reading(self + (index &+ prefetchDistance)) }

  /// Asks for what a stream that is at `index` will write soon.
  @inline(__always)
  func prefetchForWriting(_ index: Int) {
    prefetch_for_writing(self + (index &+ prefetchDistance))
  }
}

/// 2^x in each lane, for x between −126 and 126; outside, the value at the bound. NaN stays NaN.
///
/// Splits x into an integer, which goes to the exponent field, and a fraction |f| ≤ ½. The
/// polynomial has the least maximum of the relative error on that interval, 1.6·10⁻⁷. Rounding goes
/// through the magic number 1.5·2²³, because the library's SIMD `rounded()` is a scalar loop.
@inline(__always)
package func powerOfTwo(_ x: Vector) -> Vector {
  // This order of the comparisons becomes one instruction each, and lets a NaN through.
  let atLeast = x.replacing(with: -126, where: x .< -126)
  let bounded = atLeast.replacing(with: 126, where: 126 .< atLeast)
  let shifted = bounded + Vector(repeating: 0x1.8p23)
  let f = bounded - (shifted - Vector(repeating: 0x1.8p23))
  var p = Vector(repeating: 0x1.5c08e4p-10)
  p = Vector(repeating: 0x1.3d0c52p-7).addingProduct(p, f)
  p = Vector(repeating: 0x1.c6b6e4p-5).addingProduct(p, f)
  p = Vector(repeating: 0x1.ebf918p-3).addingProduct(p, f)
  p = Vector(repeating: 0x1.62e428p-1).addingProduct(p, f)
  p = Vector(repeating: 1).addingProduct(p, f)
  // The low bits of the shifted number are the integer.
  let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
  return unsafeBitCast(unsafeBitCast(p, to: SIMD16<Int32>.self) &+ exponent, to: Vector.self)
}

/// 1 / (1 + e^−x) in each lane; absolute error below 10⁻⁷, relative error below 10⁻⁷·(2 + |x|) for
/// |x| up to 87.
@inline(__always)
package func sigmoid(_ x: Vector) -> Vector {
  // −1/ln 2
  1 / (1 + powerOfTwo(x * -1.442_695_04))
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

extension UnsafeMutablePointer<Double> {
  /// The eight doubles that start at `index`.
  @inline(__always)
  func eight(_ index: Int) -> SIMD8<Double> {
    UnsafeRawPointer(self + index).loadUnaligned(as: SIMD8<Double>.self)
  }

  /// Stores eight doubles from `index` on.
  @inline(__always)
  func store(_ value: SIMD8<Double>, _ index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: SIMD8<Double>.self)
  }

  /// Adds 16 floats to the 16 doubles that start at `index`.
  @inline(__always)
  func add(_ value: Vector, _ index: Int) {
    store(eight(index) + value.lowHalf.doubles, index)
    store(eight(index + 8) + value.highHalf.doubles, index + 8)
  }
}

extension SIMD8<Float> {
  /// The same values as doubles. Lane by lane, because the library's conversion is a call.
  @inline(__always)
  var doubles: SIMD8<Double> {
    SIMD8<Double>(
      Double(self[0]), Double(self[1]), Double(self[2]), Double(self[3]), Double(self[4]),
      Double(self[5]), Double(self[6]), Double(self[7]))
  }
}
