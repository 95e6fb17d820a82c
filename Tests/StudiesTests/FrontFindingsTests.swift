import Studies
import Training
import XCTest

/// Fronts of studies whose seeds are not all there.
final class FrontFindingsTests: StudyCase {
  override class var validationCount: Int { 1_000 }

  /// What a network comes to with each seed; nil for one that diverges.
  private func fronts(
    _ ended: [String: [Int: Double?]]
  ) throws -> [FrontFindings] {
    let study = try study(.scaling, ["search.seeds=4", "search.directions=[depth]"])
    let networks = try study.networks()
    for job in try study.jobs() {
      let name = try XCTUnwrap(networks.first { $0.network == job.trial.network }).name
      let seed = job.trial.seed - study.configuration.run.training.seed
      guard let end = ended[name]?[seed] else { continue }
      let count = Self.validationCount
      study.add(
        end.map { LedgerEntry(madeUp: job, correct: Int($0 * Double(count)), of: count) }
          ?? LedgerEntry(diverged: job.key, reason: "a loss of inf"))
    }
    return try StudyResults(study).fronts
  }

  func testSeedsArePairedWhereTheyAreTheSame() throws {
    // With each seed the deep network is a little better, and seeds differ by far more.
    let base: [Int: Double?] = [0: 0.3, 1: 0.5, 2: 0.7]
    let same: [Int: Double?] = [0: 0.31, 1: 0.51, 2: 0.71]
    let other: [Int: Double?] = [1: 0.31, 2: 0.51, 3: 0.71]
    for (deep, isAlways) in [(same, true), (other, false)] {
      let fronts = try fronts(["base": base, "depth ×2": deep])
      XCTAssertEqual(fronts.count, 3)
      for front in fronts {
        let frequency = try XCTUnwrap(front.members.first { $0.network == "depth ×2" }).frequency
        // In pairs always; otherwise in about half of all draws.
        XCTAssertEqual(frequency == 1, isAlways, front.axis)
      }
    }
  }

  func testANetworkThatHasLostASeedIsOnNoFront() throws {
    let base: [Int: Double?] = [0: 0.3, 1: 0.5, 2: 0.7, 3: 0.5]
    for front in try fronts(["base": base, "depth ×2": [0: nil, 1: 0.9, 2: 0.9, 3: 0.9]]) {
      XCTAssertEqual(front.members.map(\.network), ["base"])
    }
    XCTAssertTrue(try fronts(["base": [0: nil], "depth ×2": [0: nil]]).isEmpty)
  }
}
