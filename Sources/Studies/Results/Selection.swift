import Statistics
import Training

/// Which network a study comes to, and how much better it looked than it is.
struct Selection {
  let network: StudyNetwork?
  let winner: Winner?

  init(_ study: Study, _ scores: Scores) throws(TrainingError) {
    let networks = try study.networks()
    let basis: String
    // Networks that were trained in full whatever their scores.
    var unselected: [StudyNetwork] = []
    switch study.design {
    case let design as GridDesign:
      network = try design.ranking(study.ledger)?.lazy.map { networks[$0] }
        .first(where: scores.canWin)
      basis = "most held-out images right at the end of training"
      unselected = design.halving.protected.sorted().map { networks[$0] }
    case let design as ArchitectureDesign:
      network = try study.finalists().flatMap {
        finalists throws(TrainingError) in
        try design.ranking(finalists, study.ledger)?.first(where: scores.canWin)
      }
      basis = "worth most on held-out images when trained in full"
      unselected = [design.parts.base]
    default:
      let isDone = try study.isFinished
      let scored = networks.enumerated().compactMap {
        number, network -> (number: Int, score: Double)? in
        let top1 = scores.confirmation(network.network).top1
        return top1.count == study.configuration.search.seeds ? (number, top1.mean) : nil
      }
      network = isDone ? scored.ranked().first.map { networks[$0] } : nil
      basis = "most validation images right, which nothing confirms: it looks better than it is"
    }
    winner = network.flatMap { network in
      let job = scores.firstTraining(network.network, on: .validation)
      guard let job, let entry = study.ledger[job] else { return nil }
      let others = MeanEstimate(
        unselected.filter { $0.network != network.network }.compactMap { Self.shift($0, scores) })
      let shift = others?.mean
      let optimism = shift.flatMap { shift in Self.shift(network, scores).map { $0 - shift } }
      return Winner(
        name: network.name, basis: basis, identity: job.trial.identity, seed: job.trial.seed,
        stateSHA256: entry.stateSHA256, top1: entry.top1,
        selected: scores.sample(network.network, on: .heldOut).top1.meanIfAny,
        confirmed: scores.confirmation(network.network).top1.meanIfAny, shift: shift,
        unselected: others?.count, optimism: optimism,
        optimismInterval: optimism.flatMap { optimism in
          others?.halfWidthOfAnother(confidence: 0.95).map {
            Interval(around: optimism, halfWidth: $0)
          }
        })
    }
  }

  /// How much higher a network scores on held-out images than on validation images, with other
  /// seeds.
  private static func shift(_ network: StudyNetwork, _ scores: Scores) -> Double? {
    scores.sample(network.network, on: .heldOut).top1.meanIfAny.flatMap { heldOut in
      scores.confirmation(network.network).top1.meanIfAny.map { heldOut - $0 }
    }
  }
}
