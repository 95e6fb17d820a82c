import Networks
import Training

/// Section `space`: what each stage of an evolved network may be, relative to that of the base.
///
/// Defaults are those of MnasNet's space (arXiv:1807.11626, section 3.2) without its pooling short
/// cuts, which were never chosen.
package struct SpaceConfiguration: Sendable, Equatable {
  /// Kinds of an expanding stage: `ir`, and `er` for fused ones (arXiv:2104.00298). Default ir.
  package private(set) var kinds = [Stage.Kind.mbConv]
  /// Sides of kernels. Default 3, 5.
  package private(set) var kernels = [3, 5]
  /// Expansions of an expanding stage. Default 3, 6.
  package private(set) var expansions = [3, 6]
  /// Ratios of squeeze-and-excitation; 0 for none. Default 0, 0.25.
  package private(set) var squeeze = [0, 0.25]
  /// Factors of the channels of a stage. Default 0.75, 1, 1.25.
  package private(set) var widths = [0.75, 1, 1.25]
  /// Blocks more than the base has, at least one being left. Default −1, 0, 1.
  package private(set) var layers = [-1, 0, 1]
  /// Multiply-adds of a network over those of the base, at least and at most. Default 0.5, 1.5.
  package private(set) var bounds = [0.5, 1.5]

  package init() {}

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.words(
      "space", "kinds", &kinds, "ir, er",
      of: { text in
        Stage.Kind(rawValue: text).flatMap { $0.isExpanding ? $0 : nil }
      }
    ) { $0.rawValue }
    keys.value("kernels", &kernels, .closed(3, 5))
    keys.value("expansions", &expansions, .closed(2, 64))
    keys.value("squeeze", &squeeze, .zeroOr(0.001, 4))
    keys.value("widths", &widths, .closed(0.1, 10))
    keys.value("layers", &layers, .closed(-100, 100))
    keys.value("bounds", &bounds, .closed(0.01, 100))
    keys.require(
      kernels.allSatisfy { $0 != 4 }, "space", "kernels", "has 4; allowed: 3 and 5")
    for (key, isFilled) in [
      ("kinds", !kinds.isEmpty), ("kernels", !kernels.isEmpty), ("expansions", !expansions.isEmpty),
      ("squeeze", !squeeze.isEmpty), ("widths", !widths.isEmpty), ("layers", !layers.isEmpty),
    ] {
      keys.require(isFilled, "space", key, "is empty; give at least one value")
    }
    keys.require(
      bounds.count == 2 && bounds[0] < bounds[1], "space", "bounds",
      "\(bounds) is not a range; give the smallest and the largest")
  }
}
