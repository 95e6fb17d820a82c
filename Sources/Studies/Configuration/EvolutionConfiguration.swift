import Training

/// Section `evolution`: aging evolution of stage tables (Real et al. 2019, arXiv:1802.01548).
package struct EvolutionConfiguration: Sendable, Equatable {
  /// What individuals are compared by.
  package enum Objective: String, CaseIterable, Sendable, ConfigurationWord {
    /// top-1 · (multiply-adds / those of the base)^exponent (Tan et al. 2019, arXiv:1807.11626).
    case reward
    /// −error · (multiply-adds / those of the base)^−exponent: for accuracies near 100 %, where a
    /// relative gain of accuracy means nothing.
    case error
  }

  /// Networks that are trained, the random ones at the beginning included. Default 96.
  package private(set) var individuals = 96
  /// The youngest that can be parents. The first individuals, as many as that or as `parallel` if
  /// those are more, are drawn at random. Default 24.
  package private(set) var population = 24
  /// Those of them that are drawn, of which the best becomes a parent. Default 6.
  package private(set) var sample = 6
  /// Individuals that may be trained at the same time: number i has its parent among those up to
  /// i − parallel, whoever finishes first. Default 16.
  package private(set) var parallel = 16
  /// Probability that a child is its parent once more, with another seed. Default 0.05.
  package private(set) var identity = 0.05
  /// Epochs of an individual's schedule, warm-up and all. Default: a third of `training.epochs`.
  package private(set) var epochs: Int?
  /// What they are compared by. Default `reward`.
  package private(set) var objective = Objective.reward
  /// Exponent of the multiply-adds. Default −0.07 (ditto, section 3.1: twice the cost for 5 % more
  /// accuracy).
  package private(set) var exponent = -0.07

  package init() {}

  mutating func visit(_ keys: some ConfigurationVisitor, of run: Configuration) {
    keys.value("individuals", &individuals, .closed(1, 1_000_000))
    keys.value("population", &population, .closed(2, 10_000))
    keys.value("sample", &sample, .closed(1, 10_000))
    keys.value("parallel", &parallel, .closed(1, 10_000))
    keys.value("identity", &identity, .closed(0, 0.9))
    keys.optional("epochs", &epochs, .closed(1, 1e6))
    keys.value("objective", &objective)
    keys.value("exponent", &exponent, .closed(-2, 0))
    keys.require(
      sample <= population, "evolution", "sample",
      "\(sample) is more than evolution.population (\(population)) to draw from")
    if let epochs, let all = run.training.epochs {
      keys.require(
        epochs <= all, "evolution", "epochs", "\(epochs) is more than training.epochs (\(all))")
    }
  }
}
