/// A direction in which no network has the multiply-adds that are asked for.
package struct Unreachable: Error {
  package let factor: Double
  package let shares: Shares
  /// The nearest one, if there is any at all.
  package let nearest: Equalizer.Result?
  /// Total stride of the network, in whose multiples resolution moves best.
  package let stride: Int
}
