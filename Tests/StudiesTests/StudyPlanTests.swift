import Foundation
import Studies
import Supervision
import TestSupport
import Training
import XCTest

/// Plans that are made, refused or stopped by all ranks of the test together.
final class StudyPlanTests: StudyCase {
  private func plan(
    _ kind: StudyKind, _ overrides: [String] = [], _ stopRequest: @escaping StopRequest = { nil }
  ) throws -> StudyPlan? {
    var options = StudyRun.Options()
    options.stopRequest = stopRequest
    return try StudyPlan.plan(
      kind, configuration(overrides), StudyFolder("\(folder)/none"), sharedWorld(), Activity(),
      options)
  }

  func testTheFirstRankKnowsThePlanOfAll() throws {
    let world = try sharedWorld()
    for kind in StudyKind.allCases {
      let plan = try plan(kind)
      XCTAssertEqual(plan != nil, world.rank == 0)
      guard let plan else { continue }
      XCTAssertEqual(plan.ranks, world.size)
      XCTAssertEqual(plan.done, 0)
      XCTAssertEqual(plan.networks.reduce(0) { $0 + $1.jobs }, plan.jobs)
      XCTAssertGreaterThan(plan.rankSeconds, plan.seconds * 0.5)
    }
  }

  func testAPlanWarnsOfHypothesesThatAreNotAnswered() throws {
    let plan = try plan(.architecture, ["search.hypotheses=[even > depth]"])
    guard let plan else { return XCTAssertGreaterThan(try sharedWorld().rank, 0) }
    XCTAssertTrue(
      plan.warnings.contains { $0.contains("not answered") && $0.contains("even > depth") },
      "\(plan.warnings)")
  }

  func testAPlanWarnsOfRandomSearch() throws {
    for parallel in [3, 512] {
      guard let plan = try plan(.architecture, ["evolution.parallel=\(parallel)"]) else {
        XCTAssertGreaterThan(try sharedWorld().rank, 0)
        continue
      }
      XCTAssertEqual(
        plan.warnings.contains { $0.contains("random search alone") }, parallel == 512)
    }
  }

  func testWhatOneRankCannotPlanEndsAll() throws {
    XCTAssertThrowsError(try plan(.grid, ["search.factors=[2, 3]"])) {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
      XCTAssertEqual(($0 as? TrainingError)?.isShared, true)
      XCTAssertTrue("\($0)".contains("a grid is of one"), "\($0)")
    }
  }

  func testWhatTheStudyHasNoMemoryForIsRefused() throws {
    let large = [
      "search.directions=[depth]", "network.resolution=2048", "batch.size=8192",
      "batch.microBatch=2048",
    ]
    XCTAssertThrowsError(try plan(.scaling, large)) {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
      XCTAssertEqual(($0 as? TrainingError)?.isShared, true)
      XCTAssertTrue("\($0)".contains("the largest network takes about"), "\($0)")
    }
  }

  func testOneSlotHasAllRanksAndOneTrainingAfterTheOther() throws {
    var options = StudyRun.Options()
    options.slots = 1
    let plan = try StudyPlan.plan(
      .scaling, configuration(["search.directions=[depth]"]), StudyFolder("\(folder)/none"),
      sharedWorld(), Activity(), options)
    guard let plan else { return }
    XCTAssertEqual(
      plan.seconds * Double(plan.ranks), plan.rankSeconds, accuracy: 1e-6 * plan.rankSeconds)
  }

  func testASignalOfOneRankEndsThePlanOfAll() throws {
    let world = try sharedWorld()
    // While rank 0 plays the study, and while all of them measure.
    for (rank, questions) in [(0, 3), (world.size - 1, 60)] {
      var asked = 0
      XCTAssertThrowsError(
        try plan(.architecture) {
          asked += 1
          return world.rank == rank && asked > questions ? SIGTERM : nil
        }
      ) {
        XCTAssertEqual(($0 as? TrainingError)?.stopSignal, SIGTERM, "\($0)")
        XCTAssertTrue("\($0)".contains("while the study was planned"), "\($0)")
      }
    }
  }
}
