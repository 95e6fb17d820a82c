import Statistics

/// How errors fall with multiply-adds in each direction.
package struct ScalingFindings: Codable, Sendable {
  /// A direction with its networks, the base included.
  package struct Line: Codable, Sendable {
    package let direction: String
    package let networks: [String]
    /// error = A · multiply-adds^−exponent, with a 95 % interval where there are more than two
    /// networks.
    package let exponent: Double?
    package let interval: Interval?
  }

  /// Two whole lines, compared over all multiply-adds that both have.
  package struct Comparison: Codable, Sendable {
    package let first, second: String
    /// Errors of the first as a share of those of the second, and the 95 % interval for other
    /// seeds.
    package let ratio: Double
    package let interval: Interval?
    /// Multiply-adds that both lines have.
    package let costs: Interval
  }

  package let lines: [Line]
  package let comparisons: [Comparison]

  init(_ study: Study, _ scores: Scores, _ networks: [StudyNetwork]) {
    var lines: [Line] = []
    var curves: [Direction: ScalingLine] = [:]
    let directions = study.configuration.search.directions
    for direction in directions {
      // All with the same seeds, as a redraw needs them.
      let members = networks.filter { $0.factor == 1 || $0.directions.contains(direction) }
        .map { ($0, scores.confirmation($0.network)) }
        .filter { $0.1.seeds.count == study.configuration.search.seeds }
      guard members.count > 1 else { continue }
      let curve = ScalingLine(
        costs: members.map { Double($0.0.network.multiplyAdds) },
        errors: members.map { $0.1.top1.map { 1 - $0 } })
      curves[direction] = curve
      lines.append(
        Line(
          direction: direction.name, networks: members.map(\.0.name),
          exponent: curve.powerLaw?.exponent,
          interval: curve.powerLaw?.exponentInterval()))
    }
    self.lines = lines
    comparisons = study.configuration.search.hypotheses.compactMap { hypothesis in
      // Directions that have led to the same networks have the same line.
      guard let first = curves[hypothesis.better], let second = curves[hypothesis.worse],
        first != second, let difference = LineDifference(first, second)
      else { return nil }
      return Comparison(
        first: hypothesis.better.name, second: hypothesis.worse.name, ratio: difference.ratio,
        interval: difference.interval(), costs: difference.costs)
    }
  }
}
