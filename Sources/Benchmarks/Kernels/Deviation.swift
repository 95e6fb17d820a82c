/// How far a kernel is from its reference.
package struct Deviation: Sendable {
  /// The shape that was compared.
  package let shape: String
  /// Largest difference, as a share of the largest value expected; infinite for what is not a
  /// number.
  package let largest: Double
  /// Largest difference allowed.
  package let tolerance: Double
  /// Whether the kernel computes what it should.
  package var holds: Bool { largest <= tolerance }

  /// Compares tensors, each by the size of its own values.
  package init(
    shape: String, _ outcome: [(actual: [Double], expected: [Double])], tolerance: Double
  ) {
    self.shape = shape
    self.tolerance = tolerance
    largest =
      outcome.map { actual, expected in
        guard actual.count == expected.count, actual.allSatisfy(\.isFinite) else {
          return .infinity
        }
        let size = expected.reduce(0) { max($0, abs($1)) }
        let difference = zip(actual, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
        return difference == 0 ? 0 : difference / size
      }.max() ?? .infinity
  }
}
