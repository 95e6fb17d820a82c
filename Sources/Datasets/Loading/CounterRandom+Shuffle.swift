import Tensors

extension CounterRandom {
  /// Brings the elements into a random order (Fisher–Yates, from the end).
  ///
  /// Unlike the standard library's, this shuffle is fixed for good: one 64-bit draw an element.
  mutating func shuffle<Elements: MutableCollection & RandomAccessCollection>(
    _ elements: inout Elements
  ) where Elements.Index == Int {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, index(below: last + 1))
    }
  }
}
