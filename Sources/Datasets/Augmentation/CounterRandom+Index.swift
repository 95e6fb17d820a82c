import Tensors

extension CounterRandom {
  /// A whole number below `count`, all about equally likely.
  ///
  /// The high product of one 64-bit draw, whose bias is below `count / 2⁶⁴`.
  mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }
}
