import Foundation

/// That networks of one direction are better than those of another, at each factor.
package struct Hypothesis: Hashable, Sendable, CustomStringConvertible {
  package let better, worse: Direction

  static let expectation = "two directions with > between them, such as even > depth"

  package init(_ better: Direction, over worse: Direction) {
    self.better = better
    self.worse = worse
  }

  /// Reads `BETTER > WORSE`.
  package init?(_ text: String) {
    let names = text.split(separator: ">", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: CharacterSet(charactersIn: " "))
    }
    guard names.count == 2, names[0] != names[1], let better = Direction(names[0]),
      let worse = Direction(names[1])
    else { return nil }
    self.init(better, over: worse)
  }

  package var description: String { "\(better.name) > \(worse.name)" }
}
