import Boundary
import Foundation
import Networks

/// A way to scale a network that a study compares with others.
package struct Direction: Hashable, Sendable {
  /// What a configuration and a page call it.
  package let name: String
  package let shares: Shares

  package init(_ name: String, _ shares: Shares) {
    self.name = name
    self.shares = shares
  }

  /// A point of the triangle, by its three parts.
  package init(_ shares: Shares) {
    self.init(Self.name(of: shares), shares)
  }

  /// Those with a name of their own.
  ///
  /// `published`: the bases 1.2, 1.1 and 1.15 (arXiv:1905.11946, section 3.3). `fast`: most of it
  /// for the width, which has the fewest activations (Dollár et al. 2021, arXiv:2103.06877, α =
  /// 0.8).
  package static let named = [
    Direction("depth", Shares(depth: 1, width: 0, resolution: 0)),
    Direction("width", Shares(depth: 0, width: 1, resolution: 0)),
    Direction("resolution", Shares(depth: 0, width: 0, resolution: 1)),
    Direction("even", Shares(depth: 1.0 / 3, width: 1.0 / 3, resolution: 1.0 / 3)),
    Direction("published", Shares(CompoundScaling())),
    Direction("fast", Shares(depth: 0.1, width: 0.8, resolution: 0.1)),
  ]

  /// Depth, width or resolution alone.
  package var isSingle: Bool {
    shares.parts.contains(1)
  }

  /// What a text may be, for messages.
  static let expectation =
    named.map(\.name).joined(separator: ", ")
    + ", or three parts as in 2:1:1 for depth, width and resolution"

  /// Reads a name, or the parts of depth, width and resolution, such as `2:1:1` for a half and two
  /// quarters.
  package init?(_ text: String) {
    if let named = Self.named.first(where: { $0.name == text }) {
      self = named
      return
    }
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    let parts = words.compactMap { Double(decimal: $0) }
    let sum = parts.reduce(0, +)
    guard words.count == 3, parts.count == 3, sum > 0, sum < Self.largestSum else { return nil }
    let shares = Shares(
      depth: parts[0] / sum, width: parts[1] / sum, resolution: parts[2] / sum)
    self.init(text, shares)
  }

  private static let largestSum = 1e6

  /// Three parts in hundredths.
  private static func name(of shares: Shares) -> String {
    shares.parts.map { String(format: "%.2f", $0) }.joined(separator: ":")
  }
}
