import Boundary
import Foundation
import Hosts
import MPI
import Statistics
import Supervision
import Training

/// What a study will train, what that costs, and what it will be able to show.
package struct StudyPlan: Codable, Sendable {
  /// A network of the plan; evolved ones are drawn at random.
  package struct Network: Codable, Sendable {
    package let name: String
    package let resolution, blocks, multiplyAdds, parameters, activations: Int
    /// Multiply-adds over those of the base.
    package let factor: Double
    /// Parts of depth, width and resolution that were asked for, where it is scaled, and those
    /// reached.
    package let asked, reached: [Double]?
    /// An estimate of the bytes that a training of it takes on one rank.
    package let bytes: Double
    /// Trainings, or parts of them, that the plan has of it.
    package let jobs: Int
  }

  package let kind: StudyKind
  package let networks: [Network]
  /// Trainings, and parts of them up to a rung.
  package let jobs: Int
  /// Jobs that the ledger has already.
  package let done: Int
  /// Images that are trained on in all of them.
  package let trainedImages: Int
  package let ranks: Int
  /// What remains to be done, in seconds of a rank, and in seconds on these ranks.
  package let rankSeconds, seconds: Double
  /// Bytes that a rank takes at most, as measured here, and those that are free for one.
  package let measuredBytes, freeBytes: Double
  /// Smallest differences that can be shown, and other things to know; a sentence each.
  package let power: [String]
  /// What is wrong with the plan, though it can be done.
  package let warnings: [String]
}

extension StudyPlan {
  /// Plans a study, together on all ranks: rank 0 knows it, and all measure how long networks take.
  ///
  /// - Parameters:
  ///   - options: How the study would be done; a signal that `stopRequest` tells ends the plan.
  ///   - tell: Is told on rank 0 what does not count of the ledger, and that it takes long.
  /// - Throws: When the study cannot be done, as whoever does it would be told; when a signal has
  ///   ended it, or ranks are lost.
  package static func plan(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ folder: StudyFolder,
    _ world: Communicator, _ activity: Activity, _ options: StudyRun.Options,
    _ tell: @escaping (String) -> Void = { _ in }
  ) throws(TrainingError) -> StudyPlan? {
    let group = TrainingGroup(world, activity: activity)
    let patience = Patience(tell)
    let headway = Headway(
      {
        activity.advance()
        patience.note()
      }, options.stopRequest, "while the study was planned, which has changed nothing")
    let places = try RankPlaces(group)
    let draft = try group.agreed { () throws(TrainingError) in
      group.isFirst
        ? try PlanDraft(kind, configuration, folder, places, options, headway, tell) : nil
    }
    let findings = try Calibration(world, activity, headway, places).measure(draft?.question)
    return try group.agreed { () throws(TrainingError) in try draft?.plan(findings) }
  }
}

/// Tells once that a plan takes long.
private final class Patience {
  private let start = MonotonicTime.seconds
  private let tell: (String) -> Void
  private var hasTold = false

  init(_ tell: @escaping (String) -> Void) { self.tell = tell }

  private static let seconds = 10.0

  func note() {
    guard !hasTold, MonotonicTime.seconds > start + Self.seconds else { return }
    hasTold = true
    tell("the study is still being planned; with many trainings that takes minutes")
  }
}
