import Foundation
import MPI
import Studies
import TestSupport
import Training
import XCTest

/// Studies on the ranks of the test: whoever does what when, they come to the same.
final class StudyRunTests: StudyRunCase {
  /// Counts what a study tells.
  private final class Listener: StudyObserver {
    var done = 0
    var notices: [String] = []

    func began(_ study: Study, ranks: Int) {}
    func noticed(_ notice: String) { notices.append(notice) }
    func did(_ job: Job, _ entry: LedgerEntry, of study: Study, seconds: Double) { done += 1 }
    func finished(_ study: Study) {}
  }

  private func world() throws -> Communicator { try sharedWorld() }

  func testAnyNumberOfRanksAndGroupsComesToTheSame() throws {
    let world = try world()
    try XCTSkipIf(world.size == 1, "there is nothing to compare one rank with")
    for kind in StudyKind.allCases {
      let alone = try hashAlone(kind, small(kind))
      XCTAssertEqual(
        try hash(kind, small(kind), on: world, in: "\(kind)"), alone, "\(kind)")
      // Evolution has most to decide by who is done.
      for slots in kind == .architecture ? Array(1...world.size) : [1] {
        let output = "\(kind)-\(slots)"
        XCTAssertEqual(
          try hash(kind, small(kind), on: world, in: output) { $0.slots = slots }, alone, output)
      }
    }
  }

  func testCohortsThatGoOnByThemselvesComeToTheSame() throws {
    let world = try world()
    try XCTSkipIf(world.size == 1, "there is nothing to compare one rank with")
    let cohorts =
      small(.grid) + ["halving.cohort=2", "search.divisions=2", "halving.epochs=[1, 2]"]
    let disturbance = Disturbance(seed: 300 + world.rank, longest: 100)
    let hash = try hash(.grid, cohorts, on: world, in: "cohorts") {
      $0.stopRequest = disturbance.ask
    }
    XCTAssertEqual(hash, try hashAlone(.grid, cohorts))
  }

  func testMoreRanksThanCanShareATrainingFormMoreGroups() throws {
    let world = try world()
    // Two micro-batches, and one.
    for microBatch in [4, 8] {
      let few = small(.scaling) + ["batch.microBatch=\(microBatch)", "search.directions=[depth]"]
      let alone = try hashAlone(.scaling, few)
      let hash = try hash(.scaling, few, on: world, in: "few-\(microBatch)") { $0.slots = 1 }
      XCTAssertEqual(hash, alone)
    }
  }

  func testDurationsChangeNothing() throws {
    let world = try world()
    try XCTSkipIf(world.size == 1, "one rank has one order")
    for kind in StudyKind.allCases {
      let disturbance = Disturbance(seed: 100 + world.rank, longest: 100)
      let hash = try hash(kind, small(kind), on: world, in: "\(kind)-slow") {
        $0.stopRequest = disturbance.ask
      }
      XCTAssertEqual(hash, try hashAlone(kind, small(kind)), "\(kind)")
    }
  }

  func testAStopInOneGroupStopsAllAndGoesOnWithinTrainings() throws {
    let world = try world()
    // SIGUSR1 stands for a pause, too, among the ranks of a training.
    for (kind, stopped, expected) in [
      (.scaling, 0, SIGUSR1), (.grid, world.size - 1, SIGTERM),
      (.architecture, world.size / 2, SIGUSR1),
    ] as [(StudyKind, Int, Int32)] {
      let alone = try hashAlone(kind, small(kind))
      let output = "\(kind)-stopped-\(stopped)"
      var sessions = 0
      // Each session takes some steps more, until one comes to the end.
      while true {
        let disturbance = Disturbance(
          seed: 1, stoppingAfter: world.rank == stopped ? 15 + 20 * sessions : nil, by: expected)
        let outcome = try run(kind, small(kind), on: world, in: output) {
          $0.stopRequest = disturbance.ask
          $0.isResuming = sessions > 0
        }
        sessions += 1
        guard case .stopped(let signal) = outcome else { break }
        XCTAssertEqual(signal, expected, output)
      }
      XCTAssertGreaterThan(sessions, 1, "\(output) was never stopped")
      if world.rank == 0 {
        XCTAssertEqual(try results(output).resultsSHA256, alone, output)
      }
    }
  }

  func testATrainingThatDivergesIsAResult() throws {
    let world = try world()
    let logged = ["training.logEverySteps=1"]
    _ = try hash(.scaling, logged, on: world, in: "calm")
    // Two of the trainings exceed this at some step, and the others at none.
    let losses = world.rank == 0 ? try largestLosses("calm").sorted(by: >) : []
    let own = losses.isEmpty ? "" : "\((losses[1] + losses[2]) / 2)"
    let limit = String(decoding: try world.allGatherParts(Array(own.utf8))[0], as: UTF8.self)
    let largest = logged + ["training.largestLoss=\(limit)"]
    let alone = try hashAlone(.scaling, largest)
    XCTAssertEqual(try hash(.scaling, largest, on: world, in: "diverging"), alone)
    guard world.rank == 0 else { return }
    let scope = try results("diverging").scope
    XCTAssertEqual(scope.done, scope.jobs)
    XCTAssertEqual(scope.diverged, 2)
  }

  /// The largest loss of a step of each training.
  private func largestLosses(_ output: String) throws -> [Double] {
    struct Line: Decodable { let loss: Double? }
    let trials = "\(folder)/\(output)/trials"
    return try FileManager.default.contentsOfDirectory(atPath: trials).map { trial in
      let log = try String(contentsOfFile: "\(trials)/\(trial)/log.jsonl", encoding: .utf8)
      return try log.split(separator: "\n").compactMap { line in
        try JSONDecoder().decode(Line.self, from: Data(line.utf8)).loss
      }.max() ?? 0
    }
  }

  func testARecipeThatDivergesEndsTheStudy() throws {
    let world = try world()
    let wild = ["training.largestLoss=0.001"]
    for isResuming in [false, true] {
      XCTAssertThrowsError(
        try run(.scaling, wild, on: world, in: "wild") { $0.isResuming = isResuming }
      ) {
        let error = $0 as? TrainingError
        XCTAssertEqual(error?.faultKind, .numeric)
        XCTAssertEqual(error?.isShared, true)
        XCTAssertTrue(
          "\($0)".contains("trainings have diverged (the loss of step 1 is "), "\($0)")
        XCTAssertTrue("\($0)".contains("that is the recipe, not the networks"), "\($0)")
      }
    }
  }

  func testADataFaultInOneGroupEndsAllWithIt() throws {
    let world = try world()
    if world.rank == 0 {
      let path = "\(folder)/train/train-00000-of-00001.h5"
      var file = try Data(contentsOf: URL(fileURLWithPath: path))
      let bytes = NoiseSource(count: Self.trainingCount).bytes(ofImage: 17)
      let image = try XCTUnwrap(file.range(of: Data(bytes)))
      file[image.lowerBound + 5] ^= 1
      try file.write(to: URL(fileURLWithPath: path))
    }
    try world.barrier()
    XCTAssertThrowsError(try run(.scaling, on: world, in: "damaged")) {
      let error = $0 as? TrainingError
      XCTAssertEqual(error?.faultKind, .data)
      XCTAssertEqual(error?.isShared, true)
      XCTAssertTrue("\($0)".contains("image 17"), "\($0)")
    }
  }

  func testAResultThatWasLostIsTrainedAgainFromItsBeginning() throws {
    let world = try world()
    let alone = try hashAlone(.grid, small(.grid))
    XCTAssertEqual(try hash(.grid, small(.grid), on: world, in: "lost"), alone)
    if world.rank == 0 {
      // Of the first rung, whose trainings have gone on since.
      let path = "\(folder)/lost/ledger.jsonl"
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let rest = lines.filter { !$0.contains("\"epochs\":1,") } + [lines[0].prefix(9)]
      XCTAssertLessThan(rest.count, lines.count)
      try rest.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
    try world.barrier()
    let listener = Listener()
    let start = Date()
    let outcome = try run(.grid, small(.grid), on: world, in: "lost", listener) {
      $0.isResuming = true
    }
    guard case .finished = outcome else { return XCTFail("stopped") }
    // Nobody has waited for a lock of its own.
    XCTAssertLessThan(-start.timeIntervalSinceNow, 60)
    guard world.rank == 0 else { return }
    XCTAssertEqual(try results("lost").resultsSHA256, alone)
    XCTAssertEqual(listener.notices.count, 1, "\(listener.notices)")
    XCTAssertGreaterThan(listener.done, 2)
  }

  func testATrainingWithoutAGoodCheckpointBeginsAnewAloud() throws {
    let world = try world()
    let alone = try hashAlone(.scaling, small(.scaling))
    let disturbance = Disturbance(seed: 1, stoppingAfter: 20)
    _ = try run(.scaling, small(.scaling), on: world, in: "holed") {
      $0.stopRequest = disturbance.ask
    }
    var damaged: [String] = []
    if world.rank == 0 {
      for trial in try StudyFolder("\(folder)/holed").trials() {
        for path in try trial.checkpoints() {
          let file = try Data(contentsOf: URL(fileURLWithPath: path))
          try file.dropLast(100).write(to: URL(fileURLWithPath: path))
          damaged.append(path)
        }
      }
      XCTAssertGreaterThan(damaged.count, 0)
    }
    try world.barrier()
    let listener = Listener()
    let outcome = try run(.scaling, small(.scaling), on: world, in: "holed", listener) {
      $0.isResuming = true
    }
    guard case .finished = outcome else { return XCTFail("stopped") }
    guard world.rank == 0 else { return }
    XCTAssertEqual(try results("holed").resultsSHA256, alone)
    // Those of trainings that are done are nobody's any more.
    XCTAssertGreaterThan(listener.notices.count, 0)
    for notice in listener.notices {
      let path = try XCTUnwrap(damaged.first { notice.contains($0) }, notice)
      XCTAssertTrue(notice.hasSuffix("it was set aside, and its training begins anew"), notice)
      XCTAssertFalse(notice.contains("\n"))
      XCTAssertTrue(FileManager.default.fileExists(atPath: path + ".set-aside"), notice)
    }
  }

  func testWhatIsInThePlaceOfATrainingIsSetAsideAloud() throws {
    let world = try world()
    let alone = try hashAlone(.scaling, small(.scaling))
    let disturbance = Disturbance(seed: 1, stoppingAfter: 20)
    _ = try run(.scaling, small(.scaling), on: world, in: "swapped") {
      $0.stopRequest = disturbance.ask
    }
    let study = StudyFolder("\(folder)/swapped")
    var places: [String] = []
    if world.rank == 0 {
      let left = try Study(in: study) { XCTFail($0) }
      let open = try left.known().filter { !left.ledger.has($0) }.map(\.trial.identity)
      let begun = try study.trials().map(\.path)
      let other = try XCTUnwrap(begun.first)
      places = Set(open).map { study.trial($0).path }.filter { $0 != other }.sorted()
      XCTAssertGreaterThan(places.count, 2)
      for (number, place) in places.enumerated() {
        try? FileManager.default.removeItem(atPath: place)
        if number > 0 {
          try FileManager.default.copyItem(atPath: other, toPath: place)
        } else {
          try "none".write(toFile: place, atomically: true, encoding: .utf8)
        }
      }
    }
    try world.barrier()
    let listener = Listener()
    let outcome = try run(.scaling, small(.scaling), on: world, in: "swapped", listener) {
      $0.isResuming = true
    }
    guard case .finished = outcome else { return XCTFail("stopped") }
    guard world.rank == 0 else { return }
    XCTAssertEqual(try results("swapped").resultsSHA256, alone)
    for place in places {
      let notice = "\(place) is not of its training; it is \(place).set-aside now"
      XCTAssertTrue(listener.notices.contains(notice), "\(listener.notices)")
      XCTAssertTrue(FileManager.default.fileExists(atPath: place + ".set-aside"))
    }
  }

  func testAFinishedStudyHasNothingToDo() throws {
    let world = try world()
    let first = try hash(.grid, small(.grid), on: world, in: "twice")
    let listener = Listener()
    let outcome = try run(.grid, small(.grid), on: world, in: "twice", listener) {
      $0.isResuming = true
    }
    guard case .finished = outcome else { return XCTFail("stopped") }
    XCTAssertEqual(listener.done, 0)
    if world.rank == 0 { XCTAssertEqual(try results("twice").resultsSHA256, first) }
  }

  func testRandomSearchAloneIsToldAtTheStart() throws {
    let world = try world()
    let listener = Listener()
    let random = small(.architecture) + ["evolution.parallel=512"]
    _ = try run(.architecture, random, on: world, in: "random", listener)
    guard world.rank == 0 else { return }
    XCTAssertEqual(listener.notices.count { $0.contains("random search alone") }, 1)
  }

  func testAnExtendedStudyIsOneThatWasLongFromTheStart() throws {
    let world = try world()
    try XCTSkipIf(world.size != 2, "two ranks are enough for it")
    for (kind, more) in [
      (.scaling, ["search.seeds=3", "search.factors=[2, 3]"]),
      (.grid, ["search.freshSeeds=2", "search.confirmed=3"]),
      (.architecture, ["evolution.individuals=9", "search.finalists=3"]),
    ] as [(StudyKind, [String])] {
      _ = try hash(kind, small(kind), on: world, in: "\(kind)-long")
      let extended = try hash(kind, small(kind) + more, on: world, in: "\(kind)-long") {
        $0.isResuming = true
      }
      XCTAssertEqual(extended, try hashAlone(kind, small(kind) + more), "\(kind)")
    }
  }
}
