import Boundary
import Foundation
import Hosts
import MPI
import Supervision
import Training

/// Measures how long networks take here: some steps of a training, and of an evaluation, on every
/// rank at the same time, as in the study.
struct Calibration {
  /// What a network takes on one rank.
  struct Measurement: Codable {
    /// See ``ScaledNetwork/cost``.
    let units: Double
    /// Seconds until the first step, and to save and end.
    let startSeconds, endSeconds: Double
    /// Seconds of a round of a step.
    let secondsPerRound: Double
    /// Seconds for an image that is measured.
    let secondsPerMeasuredImage: Double
    /// Bytes that the process held at most so far.
    let residentBytes: Int
  }

  /// What is measured.
  struct Training: Codable {
    /// See ``ScaledNetwork/cost``.
    let units: Double
    /// Its configuration, with steps of one round.
    let yaml: String
  }

  private let world: Communicator
  private let activity: Activity
  private let headway: Headway
  private let group: TrainingGroup

  init(_ world: Communicator, _ activity: Activity, _ headway: Headway) {
    self.world = world
    self.activity = activity
    self.headway = headway
    group = TrainingGroup(world, activity: activity)
  }

  /// Steps that are measured at least, after as many that are not, and seconds.
  private static let fewestSteps = 5
  private static let fewestSeconds = 1.0

  /// Measures networks, one after the other.
  ///
  /// - Parameter trainings: Those of rank 0 count.
  /// - Returns: The same on all ranks.
  func measure(_ trainings: [Training]) throws(TrainingError) -> [Measurement] {
    var measurements: [Measurement] = []
    for training in try allGather(trainings)[0] { measurements.append(try measure(training)) }
    return measurements
  }

  private func allGather<Words: Codable>(_ words: Words) throws(TrainingError) -> [Words] {
    do { return try world.allGather(words: words) } catch {
      throw TrainingError(.rankLost, "\(error)")
    }
  }

  private func measure(_ training: Training) throws(TrainingError) -> Measurement {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "effnet-\(UUID())")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let own = try group.agreed { () throws(TrainingError) in
      try measure(training, in: RunFolder(scratch.path))
    }
    let all = try allGather(own)
    func mean(_ value: (Measurement) -> Double) -> Double {
      all.reduce(0) { $0 + value($1) } / Double(all.count)
    }
    return Measurement(
      units: training.units, startSeconds: mean(\.startSeconds), endSeconds: mean(\.endSeconds),
      secondsPerRound: mean(\.secondsPerRound),
      secondsPerMeasuredImage: mean(\.secondsPerMeasuredImage),
      residentBytes: all.map(\.residentBytes).max() ?? 0)
  }

  private func measure(
    _ training: Training, in folder: RunFolder
  ) throws(TrainingError) -> Measurement {
    let alone: Communicator?
    do { alone = try world.split(color: world.rank) } catch { throw TrainingError(error) }
    guard let alone else { preconditionFailure("a rank without a group") }
    let configuration: Configuration
    do {
      configuration = try Configuration(yaml: training.yaml, file: "a training of the study")
    } catch {
      throw TrainingError(error)
    }
    let clock = StepClock(fewest: Self.fewestSteps, seconds: Self.fewestSeconds)
    let start = MonotonicTime.seconds
    let trainer = try Trainer(
      configuration, communicator: alone, output: folder, isResuming: false, observer: nil,
      activity: activity, stopRequest: { [headway] in headway.stopRequest() ?? clock.ask() })
    let startSeconds = MonotonicTime.seconds - start
    _ = try trainer.train()
    try headway.note()
    let endSeconds = MonotonicTime.seconds - (clock.last ?? start)
    let secondsPerRound = clock.secondsBetween
    return Measurement(
      units: training.units, startSeconds: startSeconds, endSeconds: endSeconds,
      secondsPerRound: secondsPerRound,
      secondsPerMeasuredImage: try secondsPerMeasuredImage(trainer, clock),
      residentBytes: Int(ProcessMemory.peakBytes))
  }

  private func secondsPerMeasuredImage(
    _ trainer: Trainer, _ clock: StepClock
  ) throws(TrainingError) -> Double {
    clock.restart(fewest: 1)
    let start = MonotonicTime.seconds
    let signal = try trainer.evaluateIfNeeded()
    // Few images are measured before the clock has seen enough.
    guard signal != nil else {
      return (MonotonicTime.seconds - start) / Double(max(1, trainer.validation?.count ?? 1))
    }
    let images = Evaluation.roundsBetweenQuestions * trainer.configuration.batch.microBatch
    return clock.secondsBetween / Double(images)
  }
}
