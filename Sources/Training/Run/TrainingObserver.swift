/// What a run is, when it begins or goes on.
public struct TrainingStart: Sendable {
  /// The variant.
  public let model: String
  /// Side of the input in pixels, outputs of the classifier, trainable parameters.
  public let resolution, classes, parameters: Int
  /// Images that are trained on, and that are evaluated.
  public let trainingImages, validationImages: Int
  /// Whether those that are evaluated were held out of the training images.
  public let evaluatesHeldOut: Bool
  /// Images of the global batch and its micro-batches.
  public let batchSize, microBatches: Int
  /// Parts of a batch that are worked off one after the other.
  public let rounds: Int
  /// Ranks of the job.
  public let ranks: Int
  /// What OpenBLAS runs.
  public let coreType: String
  /// Steps already taken, steps of the whole run, and of an epoch.
  public let firstStep, totalSteps, stepsPerEpoch: Int
  /// Values of the configuration that others have replaced, a line each.
  public let replaced: [String]
  /// Keys of the configuration that have changed since the run's last session, a line each.
  public let changed: [String]
}

/// A line of a run's log.
public struct TrainingReport: Sendable {
  /// Steps taken, and steps of the whole run.
  public let step, totalSteps: Int
  /// Epochs passed, with their fraction.
  public let epoch: Double
  /// Mean loss and accuracy of the training images since the last report.
  public let loss, top1: Double
  /// Share of those images whose class is among the five most probable; nil for at most ten
  /// classes.
  public let top5: Double?
  /// Learning rate of the last step.
  public let learningRate: Double
  /// Images of all ranks a second since the last report.
  public let imagesPerSecond: Double
  /// Share of the time for images since the last report that ranks waited for them, on average.
  public let waiting: Double
  /// How the ranks compare, where there are several and this step is logged.
  public internal(set) var pace: Pace?
  /// Mean duration of a step, evaluations and checkpoints included.
  public let secondsPerStep: Double
  /// Estimate for the rest of the run.
  public var secondsLeft: Double { secondsPerStep * Double(totalSteps - step) }
}

/// Whoever wants to see a run as it goes; called on rank 0, on the thread that trains.
public protocol TrainingObserver: AnyObject {
  /// A run begins, or goes on.
  func began(_ run: TrainingStart)
  /// Something to know: a damaged checkpoint was passed over, or there was none.
  func noticed(_ notice: String)
  /// A stage of progressive learning begins, or goes on; its steps and what it trains in a line.
  func beganStage(_ summary: String)
  /// A step was taken that is not logged.
  func progressed(_ report: TrainingReport)
  /// A step was logged.
  func logged(_ report: TrainingReport)
  /// The validation set was evaluated.
  func evaluated(_ result: Evaluation, step: Int, epoch: Double)
  /// A checkpoint was verified and has its name, since the step before.
  func saved(_ path: String, step: Int)
  /// All steps were taken.
  func finished(checkpoint: String, validation: Evaluation?, seconds: Double)
}
