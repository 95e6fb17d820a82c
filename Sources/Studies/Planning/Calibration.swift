import Boundary
import Foundation
import Hosts
import MPI
import Supervision
import Training

/// Measures how long networks take here: some steps of a training, and of an evaluation, on all
/// ranks at the same time, in groups as in the study.
struct Calibration {
  /// What is measured.
  struct Question: Codable {
    let trainings: [Training]
    /// Groups as small as the study forms them, in which all trainings are measured.
    let smallest: Division
    /// Groups as large as they become, in which one training is measured, too.
    let largest: Division
  }

  /// A training that is measured.
  struct Training: Codable {
    /// See ``ScaledNetwork/cost``.
    let units: Double
    /// Its configuration, with steps of one round.
    let yaml: String
  }

  /// What a network takes.
  struct Measurement: Codable {
    /// See ``ScaledNetwork/cost``.
    let units: Double
    /// Seconds until the first step, and to save and end.
    let startSeconds, endSeconds: Double
    /// Seconds of a round of a step, as if one rank had all of its micro-batches.
    let secondsPerRound: Double
    /// Seconds of a rank for an image that is measured.
    let secondsPerMeasuredImage: Double
    /// Bytes that a process held at most so far.
    let residentBytes: Int
  }

  /// What was measured.
  struct Findings {
    /// In the smallest groups, by ascending units.
    let measurements: [Measurement]
    /// Ranks of the smallest groups, on average.
    let smallest: Double
    /// Ranks of the largest groups, and how many times as long as by its share a rank takes in
    /// them; nil where groups never grow.
    let largest: (ranks: Double, loss: Double)?
  }

  private let world: Communicator
  private let activity: Activity
  private let headway: Headway
  private let places: RankPlaces

  init(
    _ world: Communicator, _ activity: Activity, _ headway: Headway, _ places: RankPlaces
  ) {
    self.world = world
    self.activity = activity
    self.headway = headway
    self.places = places
  }

  /// Steps that are measured at least, after as many that are not, and seconds.
  private static let fewestSteps = 5
  private static let fewestSeconds = 1.0

  /// Measures what rank 0 asks for.
  ///
  /// - Parameter question: Nil on all other ranks.
  /// - Returns: The same on all ranks.
  func measure(_ question: Question?) throws(TrainingError) -> Findings {
    guard let question = try allGather([question].compactMap { $0 })[0].first else {
      preconditionFailure("rank 0 has nothing to measure")
    }
    let measurements = try measure(question.trainings, in: question.smallest)
    var largest: (ranks: Double, loss: Double)?
    let (small, large) = (question.smallest.groups.count, question.largest.groups.count)
    let middle = question.trainings.count / 2
    if large < small, question.trainings.indices.contains(middle) {
      let shared = try measure([question.trainings[middle]], in: question.largest)[0]
      let alone = max(measurements[middle].secondsPerRound, .leastNormalMagnitude)
      largest = (
        ranks: Double(world.size) / Double(large), loss: shared.secondsPerRound / alone
      )
    }
    return Findings(
      measurements: measurements, smallest: Double(world.size) / Double(small), largest: largest)
  }

  private func allGather<Words: Codable>(_ words: Words) throws(TrainingError) -> [Words] {
    do { return try world.allGather(words: words) } catch {
      throw TrainingError(.rankLost, "\(error)")
    }
  }

  /// Measures trainings in groups, one after the other.
  private func measure(
    _ trainings: [Training], in division: Division
  ) throws(TrainingError) -> [Measurement] {
    let own = division.group(of: world.rank)
    let communicator: Communicator?
    do throws(MPIError) {
      communicator = try activity.exchange { () throws(MPIError) in
        try world.split(color: own, key: world.rank)
      }
    } catch { throw TrainingError(error) }
    guard let communicator else { preconditionFailure("a rank without a group") }
    let group = TrainingGroup(communicator, activity: activity)
    let isCrowded = places.isCrowded(division.groups[own])
    var measurements: [Measurement] = []
    for training in trainings {
      let scratch = FileManager.default.temporaryDirectory.appending(path: "effnet-\(UUID())")
      defer { try? FileManager.default.removeItem(at: scratch) }
      let own = try TrainingGroup(world, activity: activity).agreed { () throws(TrainingError) in
        try measure(training, isCrowded: isCrowded, group, in: RunFolder(scratch.path))
      }
      measurements.append(try mean(own))
    }
    return measurements
  }

  private func mean(_ own: Measurement) throws(TrainingError) -> Measurement {
    let all = try allGather(own)
    func mean(_ value: (Measurement) -> Double) -> Double {
      all.reduce(0) { $0 + value($1) } / Double(all.count)
    }
    return Measurement(
      units: own.units, startSeconds: mean(\.startSeconds), endSeconds: mean(\.endSeconds),
      secondsPerRound: mean(\.secondsPerRound),
      secondsPerMeasuredImage: mean(\.secondsPerMeasuredImage),
      residentBytes: all.map(\.residentBytes).max() ?? 0)
  }

  private func measure(
    _ training: Training, isCrowded: Bool, _ group: TrainingGroup, in folder: RunFolder
  ) throws(TrainingError) -> Measurement {
    let configuration: Configuration
    do {
      configuration = try Configuration(
        yaml: training.yaml, file: "a training of the study",
        overrides: isCrowded ? Recipe.crowdedSettings : [])
    } catch {
      throw TrainingError(error)
    }
    let clock = StepClock(fewest: Self.fewestSteps, seconds: Self.fewestSeconds)
    let start = MonotonicTime.seconds
    let trainer = try Trainer(
      configuration, communicator: group.communicator, output: folder, isResuming: false,
      observer: nil, activity: activity,
      stopRequest: { [headway] in headway.stopRequest() ?? clock.ask() })
    let startSeconds = MonotonicTime.seconds - start
    _ = try trainer.train()
    let endSeconds = MonotonicTime.seconds - (clock.last ?? start)
    // A signal has come to one rank, and the others would wait for it.
    try group.agreed { () throws(TrainingError) in try headway.note() }
    let ranks = group.communicator.size
    let secondsPerRound =
      clock.secondsBetween / configuration.batch.largestShare(ofRanks: ranks)
    return Measurement(
      units: training.units, startSeconds: startSeconds, endSeconds: endSeconds,
      secondsPerRound: secondsPerRound,
      secondsPerMeasuredImage: try secondsPerMeasuredImage(trainer, clock, ranks: ranks),
      residentBytes: Int(ProcessMemory.peakBytes))
  }

  private func secondsPerMeasuredImage(
    _ trainer: Trainer, _ clock: StepClock, ranks: Int
  ) throws(TrainingError) -> Double {
    clock.restart(fewest: 1)
    let start = MonotonicTime.seconds
    let signal = try trainer.evaluateIfNeeded()
    // Few images are measured before the clock has seen enough.
    guard signal != nil else {
      let images = Double(max(1, trainer.validation?.count ?? 1)) / Double(ranks)
      return (MonotonicTime.seconds - start) / images
    }
    let images = Evaluation.roundsBetweenQuestions * trainer.configuration.batch.microBatch
    return clock.secondsBetween / Double(images)
  }
}
