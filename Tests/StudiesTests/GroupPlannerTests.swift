import Studies
import Training
import XCTest

/// Which group is given what, without ranks.
final class GroupPlannerTests: StudyCase {
  private let limits = GroupLimits(mostRanks: 4)

  func testAllJobsAreDoneOnceByAnyGroups() throws {
    for kind in StudyKind.allCases {
      var expected: String?
      for hosts in ["a", "aa", "aab", "abcd", "aaaabbbb"] {
        for limits in [
          limits, GroupLimits(mostRanks: 2), GroupLimits(mostRanks: 4, fixed: 2),
          GroupLimits(leastRanks: hosts.count > 1 ? 2 : 1, mostRanks: 8),
        ] {
          let study = try study(kind)
          let played = PlayedGroups(study, hosts: hosts, limits)
          try played.play(secondsPerEpoch: { 20 * Self.lot($0) }) { self.madeUp($0, of: study) }
          XCTAssertTrue(try study.isFinished, "\(kind) on \(hosts)")
          XCTAssertEqual(played.kinds.last, .ended(.finished))
          var done: Set<Int> = []
          for case .done(let number) in played.kinds { XCTAssertTrue(done.insert(number).inserted) }
          XCTAssertEqual(done.count, try study.known().count)
          let results = try StudyResults(study).json
          XCTAssertEqual(results, expected ?? results, "\(kind) on \(hosts)")
          expected = results
        }
      }
    }
  }

  /// Two trainings, of which the second is the longer one.
  private func pair() throws -> Study {
    try study(.scaling, ["search.directions=[depth]", "search.seeds=1"])
  }

  func testThoseThatAreLeftGetTheRanksOfOthersWhereThatPays() throws {
    let study = try pair()
    let played = PlayedGroups(study, hosts: "aaaa", limits)
    try played.play(secondsPerEpoch: { study.units($0, epochs: 1) * 1e-5 }) {
      self.madeUp($0, of: study)
    }
    XCTAssertEqual(
      played.kinds,
      [
        .divided(2), .began(2), .began(1), .done(1), .stopped(2), .divided(1), .began(2), .done(2),
        .ended(.finished),
      ])
  }

  func testWhatIsSoonDoneIsNotPaused() throws {
    let study = try pair()
    let played = PlayedGroups(study, hosts: "aaaa", limits)
    try played.play(secondsPerEpoch: { study.units($0, epochs: 1) * 1e-8 }) {
      self.madeUp($0, of: study)
    }
    XCTAssertEqual(
      played.kinds, [.divided(2), .began(2), .began(1), .done(1), .done(2), .ended(.finished)])
  }

  func testOnlyWhatIsLeftOfATrainingCountsForAPause() throws {
    for (epochs, pauses) in [(6.0, 1), (0.01, 0)] {
      let study = try pair()
      var planner = GroupPlanner(study, hosts: ["a", "a"], limits)
      XCTAssertEqual(try planner.commands(at: 0).count, 3, "a division and two trainings")
      // The longer one goes on where an earlier session has left it.
      _ = planner.hear(.began(number: 2, epochs: epochs), at: 1)
      _ = planner.hear(.began(number: 1, epochs: 6), at: 1)
      let job = try study.known()[0]
      let entry = madeUp(job, of: study)
      let timing = Report.Timing(startSeconds: 1, seconds: 61, epochs: 6)
      XCTAssertEqual(
        planner.hear(.done(number: 1, entry, timing), at: 62)?.ranks, [1], "the second group")
      study.add(entry)
      let commands = try planner.commands(at: 62)
      XCTAssertEqual(commands.count, pauses, "\(commands)")
    }
  }

  func testASignalEndsTheStudyWhenAllHaveSaved() throws {
    for time in [0.3, 4, 31] {
      for hosts in ["a", "aabb"] {
        let study = try study(.grid)
        let played = PlayedGroups(study, hosts: hosts, limits)
        try played.play(secondsPerEpoch: { _ in 7 }, signal: time) { self.madeUp($0, of: study) }
        XCTAssertEqual(played.kinds.last, .ended(.stopped(signal: SIGTERM)), "\(hosts), \(time) s")
        XCTAssertFalse(try study.isFinished)
        // Another session goes on and comes to the end.
        let rest = PlayedGroups(study, hosts: hosts, limits)
        try rest.play(secondsPerEpoch: { _ in 7 }) { self.madeUp($0, of: study) }
        XCTAssertTrue(try study.isFinished)
      }
    }
  }

  func testAFailureEndsTheStudyWhenTheOthersHaveSaved() throws {
    let study = try study(.scaling)
    let played = PlayedGroups(study, hosts: "aaa", limits)
    let failing = try study.known()[4]
    try played.play(secondsPerEpoch: { 5 + Self.lot($0) }) {
      $0 == failing ? nil : self.madeUp($0, of: study)
    }
    XCTAssertEqual(
      played.kinds.last, .ended(.failed(kind: 3, description: "no such file")))
    XCTAssertFalse(study.ledger.has(failing))
    XCTAssertEqual(played.kinds.count { if case .stopped = $0 { true } else { false } }, 2)
  }

  func testTheFirstReasonToEndIsTold() throws {
    let study = try pair()
    var planner = GroupPlanner(study, hosts: ["a"], limits)
    XCTAssertEqual(try planner.commands(at: 0).count, 2)
    _ = planner.hear(.signal(SIGINT), at: 1)
    planner.end(.failed(kind: 7, description: "no room"))
    XCTAssertEqual(try planner.commands(at: 1).count, 1, "a pause")
    XCTAssertTrue(try planner.commands(at: 2).isEmpty)
    // What could not even be begun is no reason to wait.
    _ = planner.hear(.failed(number: 2, kind: 2, description: "wrong"), at: 3)
    guard case .end(let ending) = try XCTUnwrap(try planner.commands(at: 3).first) else {
      return XCTFail("it waits for a group that does nothing")
    }
    XCTAssertEqual(ending, .stopped(signal: SIGINT))
  }
}
