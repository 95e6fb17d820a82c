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

  /// What grows, for people.
  var summary: String {
    let (network, data) = (network.architecture, configuration.data)
    var parts = [
      "resolution \(network.resolution)", "dropout \(Self.text(network.dropout))",
    ]
    if data.policy == .randAugment { parts.append("magnitude \(Self.text(data.policyMagnitude))") }
    if data.mixup > 0 { parts.append("mixup \(Self.text(data.mixup))") }
    if data.cutmix > 0 { parts.append("cutmix \(Self.text(data.cutmix))") }
    return "stage \(index + 1) of \(configuration.training.progressiveStages): "
      + parts.joined(separator: ", ")
  }

  private static func text(_ value: Double) -> String {
    let hundredths = (100 * value).rounded() / 100
    return hundredths == hundredths.rounded() ? "\(Int(hundredths))" : "\(hundredths)"
  }
}
