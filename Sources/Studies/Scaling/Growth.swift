import Glibc

/// Depth, width and resolution of a network over those of its base: blocks, the coefficient that
/// all channels were multiplied with before they were rounded, pixels of a side.
package struct Growth: Sendable, Equatable {
  package let depth, width, resolution: Double

  /// Parts of the doublings of compute that `factor` is.
  package func shares(of factor: Double) -> Shares {
    let doublings = log2(factor)
    return Shares(
      depth: log2(depth) / doublings, width: 2 * log2(width) / doublings,
      resolution: 2 * log2(resolution) / doublings)
  }
}
