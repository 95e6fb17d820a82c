import Studies
import XCTest

/// How long a study is played to take.
final class StudySimulationTests: StudyCase {
  /// Of sums of some numbers.
  private let roundings = 1e-9

  /// Two trainings, of which the second is the longer one.
  private func pair() throws -> Study {
    try study(.scaling, ["search.directions=[depth]", "search.seeds=1"])
  }

  private func hosts(_ text: String) -> [String] { text.map { String($0) } }

  /// Seconds of a study whose longer training takes a thousand on one rank.
  private func seconds(_ study: Study, on hosts: String, _ limits: GroupLimits) throws -> Double {
    let longest = try XCTUnwrap(try study.known().map(study.units).max())
    let simulation = StudySimulation(study)
    try simulation.play(
      on: self.hosts(hosts), limits,
      duration: { JobDuration(training: 1_000 * study.units($0) / longest / Double($1)) }
    ) { self.madeUp($0, of: study) }
    XCTAssertTrue(try study.isFinished)
    XCTAssertEqual(simulation.jobs.count, study.ledger.count)
    return simulation.seconds
  }

  func testNoTrainingIsFasterThanItsMicroBatchesLetItBe() throws {
    for (most, hosts) in [(1, "aaaaaaaa"), (2, "aaaaaaaa"), (4, "aaaabbbb")] {
      XCTAssertEqual(
        try seconds(pair(), on: hosts, GroupLimits(mostRanks: most)), 1_000 / Double(most),
        accuracy: roundings, "\(most)")
    }
  }

  func testAFixedNumberOfGroupsIsKeptTo() throws {
    let study = try pair()
    let all = try study.known().map(study.units)
    let longest = try XCTUnwrap(all.max())
    XCTAssertEqual(
      try seconds(study, on: "aaaa", GroupLimits(mostRanks: 4, fixed: 1)),
      250 * all.reduce(0, +) / longest, accuracy: roundings)
    // The longer one goes on alone, with half of the ranks.
    XCTAssertEqual(
      try seconds(pair(), on: "aaaa", GroupLimits(mostRanks: 4, fixed: 2)), 500,
      accuracy: roundings)
  }

  func testThoseThatAreLeftGetTheRanksOfOthers() throws {
    let study = try pair()
    let all = try study.known().map(study.units)
    let shorter = 1_000 * (all.min() ?? 0) / (all.max() ?? 1)
    let expected = shorter / 2 + (1_000 - shorter) / 4
    let played = try seconds(study, on: "aaaa", GroupLimits(mostRanks: 4))
    XCTAssertEqual(played, expected, accuracy: 0.02 * expected)
  }

  /// A plan that divided ranks otherwise than the study would be wrong by more than that.
  private let allowed = 0.05

  func testAPlanTakesAsLongAsItsGroups() throws {
    for kind in StudyKind.allCases {
      for (hosts, limits) in [
        ("a", GroupLimits(mostRanks: 4)), ("aab", GroupLimits(mostRanks: 4)),
        ("aaaabbbb", GroupLimits(mostRanks: 2)), ("aaaabbbb", GroupLimits(mostRanks: 8)),
        ("aaaabbbb", GroupLimits(leastRanks: 2, mostRanks: 8)),
        ("aaaa", GroupLimits(mostRanks: 4, fixed: 2)),
      ] {
        func seconds(_ job: Job, of study: Study) -> Double { study.units(job, epochs: 1) * 1e-5 }
        let done = try study(kind)
        let played = PlayedGroups(done, hosts: hosts, limits)
        try played.play(secondsPerEpoch: { seconds($0, of: done) }) { self.madeUp($0, of: done) }
        let planned = try study(kind)
        let simulation = StudySimulation(planned)
        try simulation.play(on: self.hosts(hosts), limits) { job, ranks in
          JobDuration(
            start: PlayedGroups.starting,
            training: Double(planned.addedEpochs(job)) * seconds(job, of: planned) / Double(ranks),
            saving: PlayedGroups.saving)
        } _: {
          self.madeUp($0, of: planned)
        }
        XCTAssertEqual(
          simulation.seconds, played.now, accuracy: allowed * played.now,
          "\(kind) on \(hosts), \(limits)")
      }
    }
  }
}
