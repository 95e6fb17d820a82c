import Glibc
import Networks

/// How the compute that a larger network has more than its base is divided among depth, width and
/// resolution.
///
/// With `a = log₂α`, `b = 2·log₂β`, `c = 2·log₂γ` the constraint α·β²·γ² = 2 of compound scaling
/// (Tan & Le 2019, arXiv:1905.11946, equation 3) is `a + b + c = 1`: every way to scale is a point
/// of a triangle, whose corners are depth, width and resolution alone.
package struct Shares: Hashable, Sendable {
  /// Parts of the doublings of compute, of which all three are 1 for what is asked for.
  package let depth, width, resolution: Double

  package init(depth: Double, width: Double, resolution: Double) {
    self.depth = depth
    self.width = width
    self.resolution = resolution
  }

  /// Those of the bases of compound scaling, divided by what they sum up to.
  package init(_ scaling: CompoundScaling) {
    let parts = [log2(scaling.alpha), 2 * log2(scaling.beta), 2 * log2(scaling.gamma)]
    let sum = parts.reduce(0, +)
    self.init(depth: parts[0] / sum, width: parts[1] / sum, resolution: parts[2] / sum)
  }

  /// Depth, width, resolution.
  package var parts: [Double] { [depth, width, resolution] }

  /// The bases of compound scaling with α·β²·γ² = 2.
  package var scaling: CompoundScaling {
    CompoundScaling(alpha: exp2(depth), beta: exp2(width / 2), gamma: exp2(resolution / 2))
  }

  /// Factors of depth, width and resolution for `factor` times the compute.
  package func coefficients(factor: Double) -> (depth: Double, width: Double, resolution: Double) {
    (pow(factor, depth), pow(factor, width / 2), pow(factor, resolution / 2))
  }

  /// How far two points are from each other; neighbours in a triangle of thirds 0.47.
  package func distance(to other: Shares) -> Double {
    zip(parts, other.parts).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// All points of the triangle whose parts are multiples of 1/`divisions`: (q+1)(q+2)/2 of them,
  /// from depth alone to resolution alone.
  package static func triangle(divisions: Int) -> [Shares] {
    (0...divisions).reversed().flatMap { depth in
      (0...divisions - depth).reversed().map { width in
        Shares(
          depth: Double(depth) / Double(divisions), width: Double(width) / Double(divisions),
          resolution: Double(divisions - depth - width) / Double(divisions))
      }
    }
  }
}
