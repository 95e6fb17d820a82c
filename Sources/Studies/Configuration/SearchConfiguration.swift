import Training

/// Section `search`: what is compared, and how often each network is trained.
package struct SearchConfiguration: Sendable, Equatable {
  /// Seed of what the study itself draws: lots, mutations, resampling. Trainings have
  /// `training.seed` and those after it. Default 1.
  package private(set) var seed = 1
  /// Trainings of each network that is compared, with seeds of their own. Default 3.
  package private(set) var seeds = 3
  /// Trainings of each network that is confirmed, with fresh seeds. Default 6: the fewest whose
  /// exact sign-flip test can fall below 5 % on both sides.
  package private(set) var freshSeeds = 6
  /// Multiply-adds of the scaled networks over those of the base; for `grid` one factor. No two so
  /// close that networks within the tolerance of both could be. Default 2.
  package private(set) var factors = [2.0]
  /// Largest share by which multiply-adds may differ from that. Default 0.02.
  package private(set) var tolerance = 0.02
  /// Ways to scale, see ``Direction``: of `scaling` all of them, of `grid` those beside the points
  /// of the triangle. Default depth, width, resolution, even, published.
  package private(set) var directions = ["depth", "width", "resolution", "even", "published"]
    .compactMap { Direction($0) }
  /// Parts that a side of the triangle of `grid` is divided into: (q+1)(q+2)/2 networks. Default 4.
  package private(set) var divisions = 4
  /// What is tested, such as `even > depth`; hypotheses about the same first direction at the same
  /// factor are tested together, too, as its being better than all of them. In `grid` what they
  /// name is protected: it goes on whatever its score. `architecture` has no directions and says
  /// that it leaves them unanswered. Default none.
  package private(set) var hypotheses: [Hypothesis] = []
  /// Networks of `architecture` that are trained in full, beside the base and the best of the
  /// random ones. Default 8.
  package private(set) var finalists = 8
  /// Best networks that are confirmed with fresh seeds, beside the protected ones. Default 2.
  package private(set) var confirmed = 2
  /// Networks that a rung has dropped and that are trained to the end all the same, drawn by lot,
  /// to tell whether the rung can be trusted. Default 6.
  package private(set) var unselected = 6

  package init() {}

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.value("seed", &seed, .whole(0...Int.max))
    keys.value("seeds", &seeds, .closed(1, 1_000))
    keys.value("freshSeeds", &freshSeeds, .closed(1, 1_000))
    keys.value("factors", &factors, .closed(1.0 / 64, 1_024))
    keys.value("tolerance", &tolerance, .closed(0.001, 0.2))
    keys.words(
      "search", "directions", &directions, Direction.expectation, of: Direction.init(_:)
    ) { $0.name }
    keys.value("divisions", &divisions, .closed(1, 12))
    keys.words(
      "search", "hypotheses", &hypotheses, Hypothesis.expectation, of: Hypothesis.init(_:)
    ) { $0.description }
    if let problem = problemOfHypotheses() { keys.require(false, "search", "hypotheses", problem) }
    keys.value("finalists", &finalists, .closed(1, 1_000))
    keys.value("confirmed", &confirmed, .closed(1, 100))
    keys.value("unselected", &unselected, .closed(0, 1_000))
    keys.require(
      !factors.isEmpty && Set(factors).count == factors.count && !factors.contains(1), "search",
      "factors", "\(factors) is not a list of different factors other than 1, which the base is")
    // One network could be that of both, and only one of them would be compared.
    let ascending = factors.sorted()
    let near = zip(ascending, ascending.dropFirst()).first { lower, upper in
      lower < upper && upper * (1 - tolerance) < lower * (1 + tolerance)
    }
    if let (lower, upper) = near {
      keys.require(
        false, "search", "factors",
        "\(lower) and \(upper) cannot be told apart with search.tolerance \(tolerance); give "
          + "factors farther from each other, or a smaller tolerance")
    }
    keys.require(
      Set(directions.map(\.name)).count == directions.count, "search", "directions",
      "names a direction twice")
  }

  /// That two hypotheses are one question, if any are: each comparison has two sides, and one that
  /// is asked twice would count twice.
  private func problemOfHypotheses() -> String? {
    var asked: [Set<String>: Hypothesis] = [:]
    for hypothesis in hypotheses {
      let pair = Set([hypothesis.better.name, hypothesis.worse.name])
      if let other = asked[pair] {
        return "asks the same twice: '\(other)' and '\(hypothesis)'; every verdict has two sides"
      }
      asked[pair] = hypothesis
    }
    return nil
  }
}

extension ConfigurationVisitor {
  /// A list of texts that stand for values, in the section that is visited.
  func words<Value>(
    _ section: String, _ key: String, _ values: inout [Value], _ expectation: String,
    of value: (String) -> Value?, text: (Value) -> String
  ) {
    var list = StringList(strings: values.map(text))
    self.value(key, &list, .any, default: nil)
    let read = list.strings.map(value)
    if let wrong = zip(list.strings, read).first(where: { $0.1 == nil }) {
      require(false, section, key, "has '\(wrong.0.shown)', which is not one of \(expectation)")
    } else {
      values = read.compactMap { $0 }
    }
  }
}
