import Studies
import Training
import XCTest

/// How many ranks share a training for their memory.
final class GroupLimitsTests: StudyCase {
  /// Bytes that the largest of some networks takes on a rank of so many, of four micro-batches of
  /// two.
  private func bytes(_ study: Study, ranks: Int) throws -> Double {
    let images = (4 + ranks - 1) / ranks * 2
    var all = try study.networks().map(\.network.architecture)
    if let design = study.design as? ArchitectureDesign {
      all.append(design.space.largest(images: images))
    }
    return try XCTUnwrap(all.map { $0.trainingBytes(images: images) }.max())
  }

  private func limits(
    _ study: Study, freeBytes: Double, hosts: String = "aabb"
  ) throws -> GroupLimits {
    try GroupLimits(
      study, freeBytes: hosts.map { _ in freeBytes }, hosts: hosts.map { String($0) }, fixed: nil)
  }

  func testGroupsAreAsSmallAsMemoryAllows() throws {
    for kind in StudyKind.allCases {
      let study = try study(kind)
      // Two ranks to a host have half of it each.
      for least in [1, 2, 4] {
        let limits = try limits(study, freeBytes: 2.001 * bytes(study, ranks: least))
        XCTAssertEqual(limits.leastRanks, least, "\(kind)")
        XCTAssertEqual(limits.mostRanks, 4)
        XCTAssertNil(limits.fixed)
      }
    }
  }

  func testTheHostWithLeastMemoryDecides() throws {
    let study = try study(.scaling)
    let (much, little) = (try 2 * bytes(study, ranks: 1), try 2.001 * bytes(study, ranks: 2))
    let limits = try GroupLimits(
      study, freeBytes: [much, much, little, little], hosts: ["a", "a", "b", "b"], fixed: 3)
    XCTAssertEqual(limits.leastRanks, 2)
    XCTAssertEqual(limits.fixed, 3)
  }

  func testWhatEvolutionHasComeToChangesNothing() throws {
    let study = try study(.architecture)
    let free = try 2.001 * bytes(study, ranks: 1)
    try StudySimulation(study).play(ranks: 1, seconds: { _ in 1 }) { madeUp($0, of: study) }
    XCTAssertGreaterThan(try study.networks().count, 5)
    XCTAssertEqual(try limits(study, freeBytes: free).leastRanks, 1)
    // How much a network computes is not how much memory it takes.
    let dear = try self.study(.architecture, ["space.bounds=[0.5, 90]"])
    XCTAssertEqual(try limits(dear, freeBytes: free).leastRanks, 1)
  }

  func testTooLittleMemoryIsRefusedWithWhatIsNeeded() throws {
    let study = try study(.grid)
    XCTAssertThrowsError(try limits(study, freeBytes: bytes(study, ranks: 4))) {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
      XCTAssertTrue("\($0)".contains("GB a rank, with 4 ranks to a training"), "\($0)")
    }
    // Three micro-batches need three ranks at least, and there are five on a host.
    let few = try self.study(.grid, ["batch.size=6"])
    XCTAssertThrowsError(
      try limits(few, freeBytes: 5.001 * bytes(study, ranks: 4), hosts: "aaaaa")
    ) {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
      XCTAssertTrue("\($0)".contains("start a multiple of 3 ranks on each host"), "\($0)")
    }
  }

  func testGroupsThatCannotBeFormedAreTold() {
    let hosts = ["a", "a", "a"]
    XCTAssertNil(GroupLimits(mostRanks: 8).notice(hosts: hosts))
    for groups in 1...3 {
      XCTAssertNil(GroupLimits(mostRanks: 8, fixed: groups).notice(hosts: hosts))
    }
    let many = GroupLimits(mostRanks: 8, fixed: 5).notice(hosts: hosts)
    XCTAssertTrue(many?.contains("3 ranks can form 3 groups, not the 5") ?? false, "\(many ?? "")")
    let few = GroupLimits(mostRanks: 2, fixed: 1).notice(hosts: hosts)
    XCTAssertTrue(few?.contains("form 2 groups, not the 1") ?? false, "\(few ?? "")")
  }
}
