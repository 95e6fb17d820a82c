import Boundary
import Crypto
import Datasets
import Foundation
import Statistics
import Training

/// What a study has come to, in an order that nothing depends on: no times, no hosts, no paths.
package struct StudyResults: Encodable {
  /// What was asked and how much was done for it.
  package struct Scope: Encodable {
    package let kind: StudyKind
    /// The recipe and the study in their keys that decide bits.
    package let keys: [String: String]
    package let dataDigests: [String]
    package let trainingImages, heldOutImages, validationImages, classes: Int
    package let epochs: Int
    /// Jobs that are known to be needed, those that are done, and those that diverged.
    package let jobs, done, diverged: Int
    /// Images that were seen in training.
    package let trainedImages: Int
  }

  package let scope: Scope
  package let networks: [NetworkResult]
  package let verdicts: [Verdict]
  package let claims: [Claim]
  package let coincidences: [Coincidence]
  package let fronts: [FrontFindings]
  package let scaling: ScalingFindings?
  package let grid: GridFindings?
  package let architecture: ArchitectureFindings?
  /// Nil before the study is finished: what follows may still pass it over.
  package let winner: Winner?
  /// The winner and the base as they were trained; nil before the study is finished.
  package let trained: TrainedComparison?
  /// Hash of all the rest.
  package private(set) var resultsSHA256: String?

  /// Derives everything from the ledger.
  ///
  /// - Parameter headway: Is told with each network, and with whatever else may take long.
  package init(_ study: Study, _ headway: Headway = .unwatched) throws(TrainingError) {
    let jobs = try study.jobs()
    let known = try study.networks()
    let scores = try Scores(study)
    scope = Scope(study, jobs)
    let jobsOfNetworks = Dictionary(grouping: jobs, by: \.trial.network)
    networks = try known.map { network throws(TrainingError) in
      try headway.note()
      return NetworkResult(network, study, jobsOfNetworks[network.network] ?? [], scores)
    }
    let selection = try Selection(study, scores)
    let isFinished = try study.isFinished
    winner = isFinished ? selection.winner : nil
    trained = isFinished ? TrainedComparison(study, scores, winner: selection.network) : nil
    let judged = try Verdicts(study, scores, known, winner: selection.network, headway)
    verdicts = judged.verdicts
    claims = judged.claims
    coincidences = judged.coincidences
    let costs: [(String, KeyPath<ScaledNetwork, Int>)] = [
      ("multiplyAdds", \.multiplyAdds), ("parameters", \.parameters),
      ("activations", \.activations),
    ]
    fronts = try costs.map { axis, cost throws(TrainingError) in
      try headway.note()
      return FrontFindings(
        axis,
        known.map { ($0.name, $0.network[keyPath: cost], scores.confirmation($0.network)) },
        study.resampling)
    }.compactMap { $0 }
    scaling = study.kind == .scaling ? ScalingFindings(study, scores, known) : nil
    grid = try (study.design as? GridDesign).map { design throws(TrainingError) in
      try headway.note()
      return try GridFindings(study, design, known, winner: selection.network)
    }
    architecture = try (study.design as? ArchitectureDesign).map { design throws(TrainingError) in
      try ArchitectureFindings(study, design, headway)
    }
    try headway.note()
    resultsSHA256 = SHA256.hash(data: Data(prettyJSON.utf8)).hexadecimal
  }

  /// The file, with the hash of everything else in it.
  package var json: String { prettyJSON + "\n" }
}

extension StudyResults.Scope {
  fileprivate init(_ study: Study, _ jobs: [Job]) {
    kind = study.kind
    keys = Dictionary(
      uniqueKeysWithValues: study.configuration.entries
        .filter { !Recipe.changesNoBits($0.name) }.map { ($0.name, $0.value) })
    dataDigests = study.recipe.dataDigests
    trainingImages = study.imageCounts.training
    heldOutImages = study.imageCounts.heldOut
    validationImages = study.imageCounts.validation
    classes = study.recipe.classes
    epochs = study.recipe.epochs
    self.jobs = jobs.count
    let entries = jobs.compactMap { study.ledger[$0] }
    done = entries.count
    diverged = entries.count { $0.end == .diverged }
    // Of several rungs of a training the last has seen the images of those before.
    let seen = Dictionary(grouping: entries, by: \.identity).values
    trainedImages = seen.reduce(0) { $0 + ($1.map(\.images).max() ?? 0) }
  }
}

extension Study {
  /// How often values are drawn again.
  var resampling: Resampling { Resampling(seed: UInt64(configuration.search.seed)) }
}
