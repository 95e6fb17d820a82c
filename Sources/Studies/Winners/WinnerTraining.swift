import Networks
import Training

/// The training that a study hands on: that of its winner which ``Winner/identity`` names.
package struct WinnerTraining {
  package let study: Study
  package let winner: Winner
  package let trial: Trial
  /// The network with its names and what was asked for.
  package let network: StudyNetwork
  /// What `effnet train` repeats it by.
  package let configuration: Configuration

  /// - Returns: Nil before the study has come to a winner.
  package init?(_ study: Study, _ results: StudyResults) throws(TrainingError) {
    guard let winner = results.winner,
      let trial = try study.jobs().first(where: { $0.trial.identity == winner.identity })?.trial,
      let network = try study.networks().first(where: { $0.network == trial.network })
    else { return nil }
    self.study = study
    self.winner = winner
    self.trial = trial
    self.network = network
    configuration = try study.recipe.configuration(of: trial)
  }

  /// The network as it is evaluated, which may be on larger images than it is trained on.
  var evaluated: Architecture {
    var architecture = trial.network.architecture
    architecture.resolution =
      configuration.network.evaluationResolution ?? architecture.resolution
    return architecture
  }
}
