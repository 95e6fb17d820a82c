import Foundation
import Networks

/// A direction in which no network has the multiply-adds that are asked for.
package struct Unreachable: Error {
  package let factor: Double
  package let shares: Shares
  /// The nearest one, if there is any at all.
  package let nearest: Equalizer.Result?
  /// Total stride of the network, in whose multiples resolution moves best.
  package let stride: Int
  /// Factors near it at which the direction has a network, ascending.
  package let reachable: [Double]
}

extension Unreachable: CustomStringConvertible {
  /// What no network has, what the nearest has, and why.
  package var description: String {
    let nearest = nearest.map { nearest in
      "the nearest has \(nearest.network.architecture.resolution) pixels and "
        + "\(nearest.network.depth) blocks, shares "
        + nearest.shares.parts.map { String(format: "%.2f", $0) }.joined(separator: ", ")
        + " of depth, width and resolution"
    }
    return "\(factor) times the multiply-adds of the base; "
      + "\(nearest ?? "there is none near it at all"); "
      + "resolution moves in steps of the total stride, \(stride), and a stage has "
      + "\(Stage.repeatRange.lowerBound) to \(Stage.repeatRange.upperBound) blocks"
  }
}
