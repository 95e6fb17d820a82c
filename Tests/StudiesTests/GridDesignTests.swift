import Studies
import Tensors
import Training
import XCTest

extension GridDesign {
  /// Networks that are trained with fresh seeds; nil before they are known.
  fileprivate func confirmed(_ ledger: Ledger) throws -> [StudyNetwork]? {
    try confirmed(rungs(ledger), ledger)
  }
}

/// Which networks of a grid go on, against lists made by hand.
final class GridDesignTests: StudyCase {
  /// Depth, width, resolution and even, which are protected, and three more points of the triangle.
  private let count = 7

  /// A study with held-out images that networks get right at each rung by their number: both seeds
  /// together, nil for one that diverges.
  private func played(
    _ correct: [Int: [Int?]], _ overrides: some Sequence<String> = []
  ) throws -> (Study, GridDesign) {
    let study = try study(.grid, Array(overrides))
    let networks = try study.networks()
    try StudySimulation(study).play(ranks: 3, seconds: { 1 + Self.lot($0) }) { job in
      let number = networks.firstIndex { $0.network == job.trial.network } ?? 0
      guard job.trial.images == .heldOut else { return madeUp(job, of: study) }
      guard let right = correct[job.epochs]?[number] else {
        return LedgerEntry(diverged: job.key, reason: "")
      }
      // One seed has half of them, and the other the rest.
      let own = job.trial.seed % 2 == 0 ? right / 2 : right - right / 2
      return LedgerEntry(madeUp: job, correct: own, of: study.imageCounts.heldOut)
    }
    return (study, try XCTUnwrap(study.design as? GridDesign))
  }

  private func entrants(_ study: Study, _ design: GridDesign) throws -> [[Int]] {
    try design.rungs(study.ledger).map(\.entrants)
  }

  func testTheFirstRungHasAllNetworks() throws {
    let study = try study(.grid)
    XCTAssertEqual(
      try study.networks().map(\.name),
      [
        "depth ×2", "width ×2", "resolution ×2", "even ×2", "0.50:0.50:0.00 ×2",
        "0.50:0.00:0.50 ×2", "0.00:0.50:0.50 ×2", "base",
      ])
    let jobs = try study.jobs()
    XCTAssertEqual(jobs.count, 2 * count)
    XCTAssertEqual(Set(jobs).count, jobs.count)
    for job in jobs {
      XCTAssertEqual(job.epochs, 1)
      XCTAssertEqual(job.trial.epochs, 6)
      XCTAssertEqual(job.trial.images, .heldOut)
      XCTAssertFalse(job.isWhole)
    }
  }

  func testTheBestTheProtectedAndSomeDroppedOnesGoOn() throws {
    // The protected ones are the worst: two of seven go on by their scores, 4 and 6, and 5 is left
    // to the lots. At the second rung two of six go on, 6 again and 1.
    let (study, design) = try played([
      1: [0, 1, 0, 1, 9, 3, 8], 3: [0, 9, 0, 0, 1, 20, 10], 6: [1, 2, 3, 4, 5, 18, 17],
    ])
    XCTAssertEqual(
      try entrants(study, design),
      [[0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 5, 6]])
    XCTAssertEqual(try design.ranking(study.ledger), [5, 6, 3, 2, 1, 0])
    XCTAssertEqual(try design.unselected(study.ledger), [0, 1, 2, 3, 5])
    let names = try design.confirmed(study.ledger)?.map(\.name)
    XCTAssertEqual(
      names,
      [
        "0.50:0.00:0.50 ×2", "0.00:0.50:0.50 ×2", "depth ×2", "width ×2", "resolution ×2",
        "even ×2", "base",
      ])
    // Two seeds up to each rung, and three fresh ones of seven networks.
    XCTAssertEqual(try study.jobs().count, 2 * (7 + 7 + 6) + 3 * 7)
    let fresh = try study.jobs().filter { $0.trial.images == .validation }
    XCTAssertEqual(Set(fresh.map(\.trial.seed)), [1_003, 1_004, 1_005])
    XCTAssertTrue(fresh.allSatisfy { $0.isWhole && $0.trial.epochs == 6 })
  }

  func testWithoutProtectionAndLotsOnlyTheBestGoOn() throws {
    let (study, design) = try played(
      [1: [5, 1, 5, 9], 3: [3, 2, 1, 0], 6: [4, 4, 4, 4]],
      ["search.directions=[]", "search.divisions=1", "search.unselected=0", "halving.keep=0.6"])
    // Of the corners two go on, of equals the first, and of these one.
    XCTAssertEqual(try entrants(study, design), [[0, 1, 2], [0, 2], [0]])
    XCTAssertEqual(try design.confirmed(study.ledger)?.map(\.name), ["depth ×2", "base"])
  }

  func testWhatAHypothesisNamesIsProtected() throws {
    // Depth and width are points of the triangle and no directions, and the worst of seven
    // networks.
    let overrides = [
      "search.directions=[even]", "search.unselected=0", "halving.keep=0.1",
      "search.hypotheses=[width > depth]",
    ]
    let names = try study(.grid, overrides).networks().map(\.name)
    let (depth, width) = (
      try XCTUnwrap(names.firstIndex(of: "depth ×2")),
      try XCTUnwrap(names.firstIndex(of: "width ×2"))
    )
    let scores = names.indices.map { $0 == depth || $0 == width ? 0 : 9 }
    let (study, design) = try played([1: scores, 3: scores, 6: scores], overrides)
    XCTAssertEqual(try entrants(study, design).last, [0, depth, width])
    let verdict = try XCTUnwrap(
      try StudyResults(study).verdicts.first {
        $0.first == names[width] && $0.second == names[depth]
      })
    XCTAssertEqual(verdict.basis, .hypothesis)
    // Without the hypothesis they end at the first rung.
    let (free, other) = try played([1: scores, 3: scores, 6: scores], overrides.dropLast())
    XCTAssertEqual(try entrants(free, other)[1], [0])
  }

  func testWhatDivergedEndsThere() throws {
    let (study, design) = try played([
      1: [9, nil, 0, 0, 5, 4, nil], 3: [9, 0, 0, nil, 5, 4, 0], 6: [1, 1, 1, 1, nil, 1, 1],
    ])
    // 1 and 6 end at the first rung, so that the lots fall on 5; 3 at the second; 4 has lost there.
    XCTAssertEqual(
      try entrants(study, design), [[0, 1, 2, 3, 4, 5, 6], [0, 2, 3, 4, 5], [0, 2, 5]])
    XCTAssertEqual(try design.ranking(study.ledger), [0, 2, 5])
    // What a test needs is trained all the same.
    XCTAssertEqual(
      try design.confirmed(study.ledger)?.map(\.name),
      ["depth ×2", "resolution ×2", "width ×2", "even ×2", "base"])
  }

  func testACohortGoesOnWhateverTheOthersDo() throws {
    let study = try study(
      .grid, ["search.directions=[]", "halving.cohort=3", "halving.keep=0.5"])
    let design = try XCTUnwrap(study.design as? GridDesign)
    /// Has a network get so many held-out images right at a rung.
    func perform(_ number: Int, _ epochs: Int, correct: Int) throws {
      for job in try design.trainings(number, epochs) {
        study.add(LedgerEntry(madeUp: job, correct: correct, of: study.imageCounts.heldOut))
      }
    }
    for (number, correct) in [(0, 3), (1, 5)] { try perform(number, 1, correct: correct) }
    XCTAssertEqual(try entrants(study, design), [[0, 1, 2, 3, 4, 5]])
    // Two of the first cohort go on, and one of them to the end, before the second has begun.
    try perform(2, 1, correct: 4)
    XCTAssertEqual(try entrants(study, design), [[0, 1, 2, 3, 4, 5], [1, 2]])
    try perform(1, 3, correct: 2)
    try perform(2, 3, correct: 7)
    XCTAssertEqual(try entrants(study, design), [[0, 1, 2, 3, 4, 5], [1, 2], [2]])
    try perform(2, 6, correct: 8)
    XCTAssertEqual(try design.rungs(study.ledger).map(\.isComplete), [true, false, false])
    XCTAssertNil(try design.ranking(study.ledger), "the others may be better")
    // Lots are drawn of those that all cohorts have dropped.
    for number in 3...5 { try perform(number, 1, correct: number) }
    XCTAssertEqual(try entrants(study, design)[1], [0, 1, 2, 3, 4, 5])
    XCTAssertEqual(try design.unselected(study.ledger), [0, 3])
    // One that goes on by lot waits for nobody.
    try perform(3, 3, correct: 0)
    XCTAssertEqual(try entrants(study, design)[2], [2, 3])
    XCTAssertEqual(try design.rungs(study.ledger).map(\.isComplete), [true, true, false])
  }

  /// Entrants of all rungs as halving by whole rungs decides, one rung after the other.
  private func entrantsByRungs(
    _ count: Int, _ halving: Halving, unselected: Int, _ scores: [[Int?]]
  ) -> [[Int]] {
    var (rungs, contenders, drawn) = ([[Int]](), Array(0..<count), [Int]())
    for (rung, scores) in scores.enumerated() {
      rungs.append((contenders + drawn).sorted())
      let survivors = halving.survivors(of: contenders) { scores[$0] }
      if rung == 0 {
        let dropped = contenders.filter { !survivors.contains($0) && scores[$0] != nil }
        drawn = Halving.unselected(of: dropped, count: unselected, seed: 1)
      }
      (contenders, drawn) = (survivors, drawn.filter { scores[$0] != nil })
    }
    return rungs
  }

  func testCohortsDecideWhatWholeRungsDecide() throws {
    var random = CounterRandom(seed: 3, purpose: .synthetic)
    for cohort in [0, 2, 3, 4, 5] {
      for mode in ["continue", "restart"] {
        for round in 0..<6 {
          let scores = (0..<3).map { _ in
            (0..<10).map { _ in random.uniform() < 0.15 ? nil : random.index(below: 20) }
          }
          let overrides = [
            "search.directions=[even, depth]", "search.divisions=2", "halving.keep=0.4",
            "search.unselected=\(round % 3)", "halving.cohort=\(cohort)", "halving.mode=\(mode)",
          ]
          let (study, design) = try played(
            [1: scores[0], 3: scores[1], 6: scores[2]], overrides)
          let rungs = try design.rungs(study.ledger)
          XCTAssertTrue(rungs.allSatisfy(\.isComplete))
          XCTAssertEqual(
            rungs.map(\.entrants),
            entrantsByRungs(
              count, Halving(keep: 0.4, cohort: cohort, protected: [0, 1]),
              unselected: round % 3, scores), "cohorts of \(cohort), \(scores)")
          XCTAssertTrue(try study.isFinished)
        }
      }
    }
  }

  func testARungMayBeATrainingOfItsOwn() throws {
    let (study, design) = try played(
      [1: [0, 1, 0, 1, 9, 3, 8], 3: [0, 9, 0, 0, 1, 20, 10], 6: [1, 2, 3, 4, 5, 18, 17]],
      ["halving.mode=restart"])
    XCTAssertEqual(try entrants(study, design).last, [0, 1, 2, 3, 5, 6])
    for job in try study.jobs() {
      XCTAssertTrue(job.isWhole)
      let configuration = try study.recipe.configuration(of: job.trial)
      XCTAssertEqual(configuration.training.epochs, job.epochs)
      // Its warm-up shrinks with it.
      XCTAssertEqual(configuration.schedule.warmupEpochs, Double(job.epochs) / 6, accuracy: 1e-12)
    }
  }

  func testAGridNamesWhatItLacks() throws {
    for (override, part) in [
      ("search.factors=[2, 3]", "search.factors has 2 factors, and a grid is of one"),
      ("data.holdOut=0", "data.holdOut is 0: this study selects networks"),
      ("data.validation=[]", "data.validation is missing"),
      ("search.hypotheses=[even > fast]", "needs networks of direction fast"),
    ] {
      XCTAssertThrowsError(try study(.grid, [override]), override) {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
        XCTAssertTrue("\($0)".contains(part), "\($0)")
      }
    }
  }
}
