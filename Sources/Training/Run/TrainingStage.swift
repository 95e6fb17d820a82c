import Datasets
import Networks
import Tensors

/// The network and the images of a stage of progressive learning; without it, of the whole run.
final class TrainingStage {
  /// Number of the stage, from 0 on.
  let index: Int
  /// The step behind its last.
  let end: Int
  /// What it trains, see ``Configuration/stage(_:)``.
  let configuration: Configuration
  let network: EfficientNet
  private let pipeline: ImagePipeline

  /// Builds the network of the stage that step `step` belongs to.
  ///
  /// - Throws: Where the system has not the memory, or the images do not fit.
  init(
    ofStep step: Int, of plan: RunPlan, _ state: ModelState, _ exchange: RankExchange
  ) throws(TrainingError) {
    (index, end) = plan.configuration.stage(ofStep: step, of: plan.totalSteps)
    configuration = plan.configuration.stage(index)
    pipeline = try TrainingError.reading(
      try ImagePipeline(plan.feed.training.dataset, ImagePreparation(configuration)))
    network = try TrainingError.making(
      try EfficientNet(
        Architecture(configuration.network, classes: plan.architecture.classes),
        layout: plan.layout, exchange: exchange, weights: state.weights,
        frozen: configuration.finetuning.freeze, statistics: state.statistics))
  }

  /// Begins to prepare the images of this rank from a step on.
  func begin(_ feed: DataFeed, atStep step: Int) throws(TrainingError) {
    try TrainingError.making(
      try feed.begin(pipeline, atStep: step, before: end, layout: network.layout))
  }
}
