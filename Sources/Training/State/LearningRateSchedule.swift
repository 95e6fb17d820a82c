import Foundation

/// Learning rate of every step: linear warm-up from 0, then the curve of a schedule.
///
/// With `w` warm-up steps and `T` steps in all, from step `w` on:
///
///     constant      peak
///     cosine        end + (peak − end) · (1 + cos(π · (step − w) / (T − w))) / 2
///     exponential   peak · decayRate ^ ⌊step / (decayEpochs · stepsPerEpoch)⌋
///     polynomial    end + (peak − end) · (1 − (step − w) / (T − w + 1)) ^ power
///
/// The exponential staircase counts from step 0: after the official warm-up of 5 epochs the rate
/// already carries two factors of 0.97. Sources: exponential and warm-up as in the official
/// EfficientNet (github.com/tensorflow/tpu), polynomial as in its large-batch recipe
/// (arXiv:2011.00071), cosine after the warm-up as in NVIDIA's DeepLearningExamples.
public struct LearningRateSchedule: Sendable, Equatable {
  /// Rate at the end of the warm-up.
  public let peak: Double
  /// Steps of the warm-up: whole ones, rounded down.
  public let warmupSteps: Int

  private let schedule: ScheduleConfiguration
  private let stepsPerEpoch: Double
  private let totalSteps: Int

  /// Computes the fixed quantities of a run.
  ///
  /// - Parameters:
  ///   - schedule: The section of the configuration.
  ///   - batchSize: Images in the global batch.
  ///   - stepsPerEpoch: Training images divided by the batch size, with its fraction.
  ///   - totalSteps: Steps of the whole run.
  public init(
    _ schedule: ScheduleConfiguration, batchSize: Int, stepsPerEpoch: Double, totalSteps: Int
  ) {
    self.schedule = schedule
    self.stepsPerEpoch = stepsPerEpoch
    self.totalSteps = totalSteps
    peak = schedule.peakLearningRate(batchSize: batchSize)
    warmupSteps = Int(exactly: (schedule.warmupEpochs * stepsPerEpoch).rounded(.down)) ?? .max
  }

  /// The rate of a step, the first of which is 0.
  public func learningRate(step: Int) -> Double {
    guard step >= warmupSteps else { return peak * Double(step) / Double(warmupSteps) }
    let end = schedule.endLearningRate
    switch schedule.kind {
    case .constant:
      return peak
    case .cosine:
      return end + (peak - end) * (1 + cos(.pi * progress(of: step, extra: 0))) / 2
    case .exponential:
      let stairs = (Double(step) / (schedule.decayEpochs * stepsPerEpoch)).rounded(.down)
      return peak * pow(schedule.decayRate, stairs)
    case .polynomial:
      return end + (peak - end) * pow(1 - progress(of: step, extra: 1), schedule.power)
    }
  }

  /// Share of the time after the warm-up, made `extra` steps longer, that has passed; at most 1.
  private func progress(of step: Int, extra: Int) -> Double {
    min(1, Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps + extra)))
  }
}
