import Networks
import Tensors
import Training

/// All tables that evolution can come to: for each stage of the base what it may be.
package struct SearchSpace: Sendable {
  /// The network that everything is relative to.
  package let base: ScaledNetwork
  private let stages: [StageChoices]
  /// Multiply-adds that a network may have.
  private let multiplyAdds: ClosedRange<Double>

  package init(_ configuration: SpaceConfiguration, base: ScaledNetwork) {
    self.base = base
    stages = base.architecture.stages.map {
      StageChoices(configuration, $0, base.architecture.family)
    }
    let count = Double(base.multiplyAdds)
    multiplyAdds = configuration.bounds[0] * count...configuration.bounds[1] * count
  }

  /// Number of tables, whatever they cost.
  package var size: Double {
    stages.reduce(1) { $0 * Double($1.counts.reduce(1, *)) }
  }

  /// The table whose training takes most memory, whatever it costs: no other of the space takes
  /// more.
  ///
  /// - Parameter images: Images of a batch that are on one rank.
  package func largest(images: Int) -> Architecture {
    var largest = base.architecture
    let candidates = zip(stages, base.architecture.stages).map { $0.largest(of: $1) }
    for index in candidates.indices { largest.stages[index] = candidates[index][0] }
    // Channels are those of the widest, whatever the kind: stages add up.
    for (index, stages) in candidates.enumerated() where stages.count > 1 {
      let tables = stages.map { stage in
        var table = largest
        table.stages[index] = stage
        return (table, table.trainingBytes(images: images))
      }
      largest = tables.max { $0.1 < $1.1 }?.0 ?? largest
    }
    return largest
  }

  /// The network of a genome, unless it costs too little or too much.
  package func network(_ genome: Genome) -> ScaledNetwork? {
    architecture(genome).map { ScaledNetwork($0) }
  }

  private func architecture(_ genome: Genome) -> Architecture? {
    var architecture = base.architecture
    for (index, choices) in stages.enumerated() {
      architecture.stages[index] = choices.stage(
        genome.choices[index], of: base.architecture.stages[index])
    }
    // Names of layers follow the paper that has such blocks.
    if architecture.stages.contains(where: { $0.kind == .fusedMBConv }) {
      architecture.family = .v2
    }
    return multiplyAdds.contains(Double(architecture.multiplyAdds)) ? architecture : nil
  }

  /// Draws until a network is within the bounds.
  private static let mostAttempts = 10_000

  /// A genome with every choice drawn at random.
  package func random(_ random: inout CounterRandom) throws(TrainingError) -> Genome {
    for _ in 0..<Self.mostAttempts {
      let genome = Genome(
        choices: stages.map { $0.counts.map { random.index(below: $0) } })
      if architecture(genome) != nil { return genome }
    }
    throw emptiness
  }

  /// A genome with one choice of one stage drawn anew, which makes another network.
  package func mutation(
    of parent: Genome, _ random: inout CounterRandom
  ) throws(TrainingError) -> Genome {
    let free = stages.indices.flatMap { stage in
      stages[stage].counts.indices.filter { stages[stage].counts[$0] > 1 }.map { (stage, $0) }
    }
    guard !free.isEmpty else { throw emptiness }
    let old = architecture(parent)
    for _ in 0..<Self.mostAttempts {
      let (stage, gene) = free[random.index(below: free.count)]
      var genome = parent
      // One of the others.
      let step = 1 + random.index(below: stages[stage].counts[gene] - 1)
      genome.choices[stage][gene] =
        (parent.choices[stage][gene] + step) % stages[stage].counts[gene]
      if let architecture = architecture(genome), architecture != old { return genome }
    }
    throw emptiness
  }

  private var emptiness: TrainingError {
    TrainingError(
      .usage,
      "section space leaves no network to draw: of \(Self.mostAttempts) draws none has multiply-adds "
        + "within space.bounds and differs from its parent; widen the bounds, or give more choices")
  }
}

/// A table as the choices of each stage, see ``StageChoices``.
package struct Genome: Hashable, Sendable {
  package internal(set) var choices: [[Int]]
}
