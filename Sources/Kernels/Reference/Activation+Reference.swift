import Glibc

extension Activation {
  /// The function in double precision.
  package func value(_ x: Double) -> Double {
    switch self {
    case .identity: x
    case .swish: x / (1 + exp(-x))
    case .relu6: min(max(x, 0), 6)
    }
  }

  /// Its derivative in double precision; 0 at the corners of ReLU6.
  package func slope(_ x: Double) -> Double {
    switch self {
    case .identity: return 1
    case .swish:
      let s = 1 / (1 + exp(-x))
      return s * (1 + x * (1 - s))
    case .relu6: return x > 0 && x < 6 ? 1 : 0
    }
  }
}
