/// The function applied to a normalised convolution output.
public enum Activation: String, Sendable {
  /// x: behind a linear bottleneck.
  case identity
  /// x·σ(x), as in EfficientNet (Ramachandran et al. 2017, arXiv:1710.05941, with β = 1).
  case swish
  /// min(max(x, 0), 6), as in EfficientNet-Lite.
  case relu6
}

/// An activation known at compile time, so that loops over it are specialised.
protocol VectorActivation {
  static func value(_ x: Vector) -> Vector
  /// The value and its derivative at `x`.
  static func valueAndSlope(_ x: Vector) -> (value: Vector, slope: Vector)
}

enum Identity: VectorActivation {
  @inline(__always)
  static func value(_ x: Vector) -> Vector { x }

  @inline(__always)
  static func valueAndSlope(_ x: Vector) -> (value: Vector, slope: Vector) { (x, Vector.one) }
}

enum Swish: VectorActivation {
  @inline(__always)
  static func value(_ x: Vector) -> Vector { x * sigmoid(x) }

  /// d/dx x·σ(x) = σ(x)·(1 + x·(1 − σ(x))).
  @inline(__always)
  static func valueAndSlope(_ x: Vector) -> (value: Vector, slope: Vector) {
    let s = sigmoid(x)
    let value = x * s
    return (value, s.addingProduct(value, 1 - s))
  }
}

enum ReLU6: VectorActivation {
  @inline(__always)
  static func value(_ x: Vector) -> Vector { x.bounded(below: 0).bounded(above: 6) }

  @inline(__always)
  static func valueAndSlope(_ x: Vector) -> (value: Vector, slope: Vector) {
    let slope = Vector.zero.replacing(with: 1, where: (x .> 0) .& (x .< 6))
    return (value(x), slope)
  }
}

extension Vector {
  @inline(__always)
  static var one: Vector { Vector(repeating: 1) }
}
