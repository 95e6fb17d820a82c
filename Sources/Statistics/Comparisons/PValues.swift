/// How probable differences as large as the measured ones are where there is none.
package struct PValues: Sendable, Codable, Equatable {
  /// Small where the first is greater.
  package let greater: Double
  /// Small where the first is less.
  package let less: Double
  /// Small where they differ.
  package let twoSided: Double

  /// For a distribution that is symmetric: twice the smaller tail.
  package init(greater: Double, less: Double) {
    self.greater = greater
    self.less = less
    twoSided = min(1, 2 * min(greater, less))
  }
}
