import Glibc

extension CounterRandom {
  /// A whole number below `count`, all about equally likely.
  ///
  /// The high product of one 64-bit draw, whose bias is below `count / 2⁶⁴`.
  package mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// Brings the elements into a random order (Fisher–Yates, from the end).
  ///
  /// Unlike the standard library's, this shuffle is fixed for good: one 64-bit draw an element.
  package mutating func shuffle<Elements: MutableCollection & RandomAccessCollection>(
    _ elements: inout Elements
  ) where Elements.Index == Int {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, index(below: last + 1))
    }
  }

  /// Between 0 and 1, of the distribution Beta(α, α).
  ///
  /// X / (X + Y) of two numbers of the distribution Gamma(α), computed from their logarithms: for
  /// small α both are often too small for a Double.
  /// - Precondition: α is positive.
  package mutating func beta(_ alpha: Double) -> Double {
    precondition(alpha > 0, "Beta(\(alpha), \(alpha)) is no distribution")
    let (first, second) = (logarithmOfGamma(alpha), logarithmOfGamma(alpha))
    return 1 / (1 + exp(second - first))
  }

  /// The logarithm of a number of the distribution Gamma(α) with scale 1.
  ///
  /// Marsaglia and Tsang 2000, "A simple method for generating gamma variables": the cube of a
  /// shifted normal number for α ≥ 1, accepted 19 times of 20; below, Gamma(α + 1) · U^(1/α). How
  /// many draws that takes varies; all of them come from this stream.
  private mutating func logarithmOfGamma(_ alpha: Double) -> Double {
    let boost = alpha < 1 ? log(1 - uniform()) / alpha : 0
    let shift = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3
    let slope = 1 / (9 * shift).squareRoot()
    while true {
      let normal = normal()
      let root = 1 + slope * normal
      guard root > 0 else { continue }
      let cube = root * root * root
      if log(1 - uniform()) < normal * normal / 2 + shift * (1 - cube + log(cube)) {
        return boost + log(shift * cube)
      }
    }
  }
}
