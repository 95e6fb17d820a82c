import Datasets
import Foundation
import MPI
import Studies
import Supervision
import TestSupport
import Training
import XCTest

/// What a study that goes on may ask, and what is another study.
final class StudyOpeningTests: StudyRunCase {
  override func setUpWithError() throws {
    try super.setUpWithError()
    // One training is enough for a ledger.
    let disturbance = Disturbance(seed: 1, stoppingAfter: 40)
    _ = try run(.grid, on: sharedWorld(), in: "study") { $0.stopRequest = disturbance.ask }
  }

  /// Opens a study in a folder that has one, and does nothing.
  private func open(
    _ kind: StudyKind = .grid, _ overrides: [String] = [], in output: String = "study",
    _ change: (inout StudyRun.Options) -> Void = { _ in }
  ) throws {
    let (world, folder) = (try sharedWorld(), StudyFolder("\(folder)/\(output)"))
    let watch = try Watch.start(
      over: world, deadline: 0, folder: folder.path,
      outlet: WatchOutlet { _ in
      } exit: { _ in
      })
    defer { watch.end(.done) }
    var options = StudyRun.Options()
    options.isResuming = true
    change(&options)
    _ = try StudyRun(kind, configuration(overrides), folder, world, watch, options, nil)
  }

  private func assertRefused(
    _ parts: [String], _ what: String, line: UInt = #line, _ body: () throws -> Void
  ) {
    XCTAssertThrowsError(try body(), what, line: line) {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage, "\($0)", line: line)
      for part in parts { XCTAssertTrue("\($0)".contains(part), "\(part): \($0)", line: line) }
      XCTAssertFalse("\($0)".contains("\n"), line: line)
    }
  }

  func testWhatExtendsAStudyMayChange() throws {
    for more in [
      "search.seeds=3", "search.freshSeeds=5", "search.factors=[3]", "search.directions=[even]",
      "search.divisions=1", "search.hypotheses=[even > depth]", "search.finalists=9",
      "search.confirmed=3", "search.unselected=3", "evolution.individuals=20",
      "data.loaderThreads=1", "checkpoint.everySteps=3", "training.logEverySteps=3",
      "supervision.deadline=9", "data.prefetch=3", "exchange.overlap=false",
    ] {
      XCTAssertNoThrow(try open(.grid, [more]), more)
    }
  }

  func testWhatMakesAnotherStudyIsNamedWithBothValues() throws {
    for (override, change) in [
      ("training.seed=4", "training.seed was 3 and is now 4"),
      ("training.epochs=7", "training.epochs was 6 and is now 7"),
      ("batch.size=16", "batch.size was 8 and is now 16"),
      ("schedule.learningRate=0.5", "schedule.learningRate was 0.01 and is now 0.5"),
      ("network.stem=24", "network.stem was 16 and is now 24"),
      ("search.seed=2", "search.seed was 1 and is now 2"),
      ("search.tolerance=0.19", "search.tolerance was 0.2 and is now 0.19"),
      ("halving.keep=0.5", "halving.keep was 0.3333333333333333 and is now 0.5"),
      ("halving.epochs=[1]", "halving.epochs was [1, 3] and is now [1]"),
      ("halving.cohort=4", "halving.cohort was 0 and is now 4"),
      ("halving.mode=restart", "halving.mode was continue and is now restart"),
      ("evolution.parallel=2", "evolution.parallel was 3 and is now 2"),
      ("evolution.population=5", "evolution.population was 4 and is now 5"),
      ("exchange.transport=bfloat16", "exchange.transport was float32 and is now bfloat16"),
      ("space.kernels=[3]", "space.kernels was [3, 5] and is now [3]"),
    ] {
      assertRefused([change, "choose another --output"], override) { try open(.grid, [override]) }
    }
    assertRefused(["training.seed was 3 and is now 4 (and 1 more)"], "two") {
      try open(.grid, ["search.seed=2", "training.seed=4"])
    }
    // What was refused has changed nothing.
    XCTAssertNoThrow(try open())
  }

  func testMoreRungsMayComeWhereEachIsATrainingOfItsOwn() throws {
    let disturbance = Disturbance(seed: 1, stoppingAfter: 40)
    let restart = ["halving.mode=restart"]
    _ = try run(.grid, restart, on: sharedWorld(), in: "restart") {
      $0.stopRequest = disturbance.ask
    }
    XCTAssertNoThrow(try open(.grid, restart + ["halving.epochs=[1, 2, 3]"], in: "restart"))
  }

  func testAnotherKindAndOtherDataAreRefused() throws {
    assertRefused(["a study of kind grid, not scaling", "--output"], "kind") { try open(.scaling) }
    assertRefused(["the data are others than those of the study"], "data") {
      try open(.grid, ["data.train=[\(folder)/validation]", "data.validation=[\(folder)/train]"])
    }
    assertRefused(["already has a study", "--resume"], "new") {
      try open { $0.isResuming = false }
    }
  }

  /// The page of what the ledger holds.
  private func page() throws -> String {
    let studied = StudyFolder("\(folder)/study")
    try StudyPublication(Study(in: studied) { _ in }, studied).write()
    return try String(contentsOfFile: studied.file(StudyFolder.page), encoding: .utf8)
  }

  func testAnotherProgramOrArithmeticIsRefusedUnlessAccepted() throws {
    XCTAssertFalse(try page().contains("whose bits may differ"))
    let path = "\(folder)/study/ledger.jsonl"
    let old = try Data(contentsOf: URL(fileURLWithPath: path))
    for key in ["program", "arithmetic"] {
      let lines = old.split(separator: UInt8(ascii: "\n"))
      let session = try XCTUnwrap(LedgerLine(lines[0])?.session)
      var object = try XCTUnwrap(
        JSONSerialization.jsonObject(with: JSONEncoder().encode(session)) as? [String: Any])
      object[key] = "of yesterday"
      let other = try JSONDecoder().decode(
        LedgerLine.Session.self, from: JSONSerialization.data(withJSONObject: object))
      let rest = lines.dropFirst().flatMap { $0 + [UInt8(ascii: "\n")] }
      try Data(LedgerLine(other).bytes + rest).write(to: URL(fileURLWithPath: path))
      assertRefused(
        ["last done with another \(key) (it was of yesterday and is now ", "--accept-other-bits"],
        key
      ) { try open() }
      XCTAssertNoThrow(try open { $0.acceptsOtherBits = true })
      let contents = try LedgerFile.read(path)
      object = try XCTUnwrap(
        JSONSerialization.jsonObject(with: JSONEncoder().encode(session)) as? [String: Any])
      object["results"] = contents.ledger.count
      let next = try JSONDecoder().decode(
        LedgerLine.Session.self, from: JSONSerialization.data(withJSONObject: object))
      XCTAssertEqual(contents.sessions, [other, next], "both are on record")
      XCTAssertTrue(try page().contains(", whose bits may differ"), key)
      // The last one is gone on from.
      XCTAssertNoThrow(try open())
    }
  }

  /// A key that changes bits and is missing here would let results of two arithmetics into one
  /// ledger.
  func testKeysThatChangeNoBitsAreThese() throws {
    let unset = [
      "exchange.chunkBytes=4096", "exchange.wholeBytes=4096", "checkpoint.everySteps=3",
      "checkpoint.milestoneEveryEpochs=1",
    ]
    let names = try configuration(unset).entries.map(\.name).filter(Recipe.changesNoBits)
    XCTAssertEqual(
      Set(names),
      [
        "batch.rounds", "checkpoint.everyEpochs", "checkpoint.everySteps", "checkpoint.keep",
        "checkpoint.keepBest", "checkpoint.milestoneEveryEpochs", "data.loaderThreads",
        "data.prefetch", "data.train", "data.validation", "exchange.chunkBytes",
        "exchange.overlap", "exchange.wholeBytes", "supervision.deadline",
        "training.evaluateEveryEpochs", "training.logEverySteps",
        "training.replicaCheckEverySteps",
      ])
  }

  func testAReportNeedsNoData() throws {
    guard try sharedWorld().rank == 0 else { return }
    let studied = StudyFolder("\(folder)/study")
    let there = try StudyResults(Study(in: studied) { _ in }).json
    for part in ["train", "validation"] {
      try FileManager.default.removeItem(atPath: "\(folder)/\(part)")
    }
    XCTAssertEqual(try StudyResults(Study(in: studied) { XCTFail($0) }).json, there)
    let page = try page()
    let (held, rest) = (Self.trainingCount / 4, 3 * Self.trainingCount / 4)
    XCTAssertTrue(
      page.contains(
        "\(rest) training images, \(held) held out, \(Self.validationCount) validation images"),
      page)
  }

  func testWhoHasDoneWhatIsReadOnce() throws {
    let studied = StudyFolder("\(folder)/study")
    guard try sharedWorld().rank == 0 else { return }
    let publication = try StudyPublication(Study(in: studied) { _ in }, studied)
    try FileManager.default.removeItem(atPath: studied.file(StudyFolder.timing))
    try publication.write()
    let page = try String(contentsOfFile: studied.file(StudyFolder.page), encoding: .utf8)
    XCTAssertTrue(page.contains("core-hours"))
  }

  func testWhatAnEarlierEndHasLeftGoesWhenThereIsMoreToDo() throws {
    let names = ["results.json", "winner.yaml", "winner-keras.json", "family/phi7.yaml"]
    let paths = names.map { "\(folder)/study/\($0)" }
    try FileManager.default.createDirectory(
      atPath: "\(folder)/study/family", withIntermediateDirectories: false)
    for path in paths { try "old".write(toFile: path, atomically: true, encoding: .utf8) }
    // Whoever only reports takes nothing away, and tells.
    XCTAssertTrue(try page().contains("is of an earlier end of the study and not of this ledger"))
    for path in paths { XCTAssertTrue(FileManager.default.fileExists(atPath: path), path) }
    try sharedWorld().barrier()
    try open()
    for path in paths { XCTAssertFalse(FileManager.default.fileExists(atPath: path), path) }
  }

  func testAFolderInUseIsLeftAlone() throws {
    let world = try sharedWorld()
    let lease = try FolderLease(
      RunFolder("\(folder)/study"), waiting: 0, advance: {}, { XCTFail($0) })
    try withExtendedLifetime(lease) {
      // A signal ends the wait for the other one.
      XCTAssertThrowsError(try open { $0.stopRequest = { SIGTERM } }) {
        XCTAssertEqual(($0 as? TrainingError)?.stopSignal, SIGTERM)
      }
      try FileManager.default.createDirectory(
        atPath: "\(folder)/new", withIntermediateDirectories: false)
      let other = try FolderLease(
        RunFolder("\(folder)/new"), waiting: 0, advance: {}, { XCTFail($0) })
      withExtendedLifetime(other) {
        assertRefused(["another run is writing in", "choose another --output"], "new") {
          _ = try run(.grid, on: world, in: "new")
        }
      }
    }
  }

  func testResultsOnOtherImagesAreRefused() throws {
    let study = try study(.grid)
    let job = try XCTUnwrap(try study.jobs().first)
    let count = madeUp(job, of: study).count
    XCTAssertNoThrow(
      try self.study(.grid, [], Ledger([LedgerEntry(madeUp: job, correct: 1, of: count)])))
    XCTAssertThrowsError(
      try self.study(.grid, [], Ledger([LedgerEntry(madeUp: job, correct: 1, of: count + 1)]))
    ) {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .data)
      XCTAssertTrue("\($0)".contains("measured on \(count + 1) images"), "\($0)")
    }
  }

  func testResultsOnOtherImagesAreRefusedWhenTheirTrainingBecomesKnown() throws {
    for kind in [StudyKind.grid, .architecture] {
      let whole = try study(kind)
      let first = try whole.known().count
      try StudySimulation(whole).play(ranks: 1, seconds: { _ in 1 }) { madeUp($0, of: whole) }
      let last = try XCTUnwrap(try whole.known().last)
      XCTAssertGreaterThan(try whole.known().count, first)
      let foreign = LedgerEntry(madeUp: last, correct: 1, of: whole.measuredImages(last) + 1)
      let study = try self.study(kind, [], Ledger([foreign]))
      for attempt in 1...2 {
        XCTAssertThrowsError(
          try StudySimulation(study).play(ranks: 1, seconds: { _ in 1 }) { madeUp($0, of: study) },
          "\(kind), \(attempt)"
        ) {
          XCTAssertEqual(($0 as? TrainingError)?.faultKind, .data)
          XCTAssertTrue("\($0)".contains("measured on \(foreign.count) images"), "\($0)")
        }
        XCTAssertThrowsError(try StudyResults(study))
      }
    }
  }

  func testAConfigurationInTheFolderFollowsNoOtherFile() throws {
    let world = try sharedWorld()
    let study = StudyFolder("\(folder)/study")
    let path = study.file(StudyFolder.configuration)
    let secret = "\(folder)/secret"
    if world.rank == 0 {
      try "not: [yours".write(toFile: secret, atomically: false, encoding: .utf8)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try "base: \(secret)\n\(text)".write(toFile: path, atomically: false, encoding: .utf8)
    }
    try world.barrier()
    for read in [{ _ = try Study(in: study) { _ in } }, { try self.open() }] {
      XCTAssertThrowsError(try read()) {
        XCTAssertTrue("\($0)".contains("base: is followed in configuration files alone"), "\($0)")
        XCTAssertFalse("\($0)".contains("yours"), "\($0)")
      }
    }
  }
}
