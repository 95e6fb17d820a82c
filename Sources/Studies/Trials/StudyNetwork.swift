/// A network of a study with its names.
package struct StudyNetwork: Sendable {
  /// What the base is called.
  static let baseName = "base"

  /// What pages and verdicts call it, such as `even ×2`.
  package let name: String
  package let network: ScaledNetwork
  /// Directions that have led to it; none for the base and for evolved ones.
  package private(set) var directions: [Direction]
  /// Multiply-adds that were asked for, over those of the base; 1 for the base.
  package let factor: Double
  /// What was asked for and is reached; nil for what was not scaled.
  package let scaling: Equalizer.Result?

  init(
    _ name: String, _ network: ScaledNetwork, directions: [Direction] = [], factor: Double = 1,
    scaling: Equalizer.Result? = nil
  ) {
    self.name = name
    self.network = network
    self.directions = directions
    self.factor = factor
    self.scaling = scaling
  }

  /// The same where another direction leads to it, too.
  func reached(by direction: Direction) -> StudyNetwork {
    let directions = directions + [direction]
    return StudyNetwork(
      Self.name(directions, factor: factor), network, directions: directions, factor: factor,
      scaling: scaling)
  }

  /// What networks of these directions are called.
  static func name(_ directions: [Direction], factor: Double) -> String {
    let factor = Int(exactly: factor).map { "\($0)" } ?? "\(factor)"
    return directions.map(\.name).joined(separator: " = ") + " ×" + factor
  }
}

extension [StudyNetwork] {
  /// Adds a network, unless it is there under another name.
  mutating func add(_ direction: Direction, _ result: Equalizer.Result, factor: Double) {
    if let same = firstIndex(where: { $0.network == result.network }) {
      // The base's own name stays.
      if !self[same].directions.isEmpty { self[same] = self[same].reached(by: direction) }
    } else {
      append(
        StudyNetwork(
          StudyNetwork.name([direction], factor: factor), result.network,
          directions: [direction], factor: factor, scaling: result))
    }
  }
}
