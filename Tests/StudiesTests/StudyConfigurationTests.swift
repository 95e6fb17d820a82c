import Studies
import Training
import XCTest

/// The sections of a study, and what is refused in them.
final class StudyConfigurationTests: XCTestCase {
  private let base = """
    network: {model: b0}
    data: {train: images, validation: others}
    batch: {size: 256, microBatch: 8}
    training: {epochs: 30}
    schedule: {learningRate: 0.01}

    """

  private func configuration(_ text: String, overrides: [String] = []) throws -> StudyConfiguration
  {
    try StudyConfiguration(yaml: base + text, file: "study.yaml", overrides: overrides)
  }

  func testDefaultsAreThoseOfTheDocumentation() throws {
    let study = try configuration("")
    XCTAssertEqual(study.search.seeds, 3)
    XCTAssertEqual(study.search.freshSeeds, 6)
    XCTAssertEqual(study.search.factors, [2])
    XCTAssertEqual(study.search.tolerance, 0.02)
    XCTAssertEqual(
      study.search.directions.map(\.name), ["depth", "width", "resolution", "even", "published"])
    XCTAssertEqual(study.search.divisions, 4)
    XCTAssertEqual(study.search.hypotheses, [])
    XCTAssertEqual(study.halving, HalvingConfiguration())
    XCTAssertEqual(study.halving.epochs, [])
    XCTAssertEqual(study.halving.keep, 1.0 / 3)
    XCTAssertEqual(study.halving.mode, .continue)
    XCTAssertEqual(study.evolution, EvolutionConfiguration())
    XCTAssertEqual(study.evolution.parallel, 16)
    XCTAssertEqual(study.space, SpaceConfiguration())
    XCTAssertEqual(study.space.kernels, [3, 5])
  }

  private let rich = """
    search:
      seed: 7
      seeds: 4
      freshSeeds: 8
      factors: [0.5, 2.24, 3.97]
      tolerance: 0.05
      directions: [even, depth, "2:1:1", fast]
      divisions: 5
      hypotheses: [even > depth, "2:1:1 > fast"]
      finalists: 5
      confirmed: 3
      unselected: 0
    halving: {epochs: [1, 4, 12], keep: 0.4, mode: restart, cohort: 9}
    evolution:
      individuals: 40
      population: 12
      sample: 4
      parallel: 8
      identity: 0.1
      epochs: 7
      objective: error
      exponent: -0.3
    space:
      kinds: [ir, er]
      kernels: [5]
      expansions: [2, 4, 6]
      squeeze: [0.25]
      widths: [0.5, 1]
      layers: [0, 2]
      bounds: [0.8, 1.2]

    """

  func testItsOwnTextReadsBackAsTheSame() throws {
    for text in ["", rich] {
      let study = try configuration(text)
      let again = try StudyConfiguration(yaml: study.yaml)
      XCTAssertEqual(again.yaml, study.yaml)
      XCTAssertEqual(again.search, study.search)
      XCTAssertEqual(again.halving, study.halving)
      XCTAssertEqual(again.evolution, study.evolution)
      XCTAssertEqual(again.space, study.space)
      XCTAssertEqual(again.entries, study.entries)
    }
    let study = try configuration(rich)
    XCTAssertEqual(
      study.search.hypotheses.map(\.description), ["even > depth", "2:1:1 > fast"])
    XCTAssertEqual(
      study.search.directions[2].shares, Shares(depth: 0.5, width: 0.25, resolution: 0.25))
    XCTAssertEqual(study.evolution.epochs, 7)
    XCTAssertEqual(study.halving.mode, .restart)
    // Every key is there: none was left at its default.
    let defaults = Set(try configuration("").entries.map { "\($0.name) \($0.value)" })
    let own = ["search", "halving", "evolution", "space"]
    for entry in study.entries where own.contains(entry.section) {
      XCTAssertFalse(defaults.contains("\(entry.name) \(entry.value)"), entry.name)
    }
  }

  func testFactorsBesideEachOtherAreAllowed() throws {
    let factors = try configuration("search: {factors: [2, 2.09, 0.5], tolerance: 0.02}").search
      .factors
    XCTAssertEqual(factors, [2, 2.09, 0.5])
  }

  func testASingleValueIsAListOfOne() throws {
    let study = try configuration(
      "",
      overrides: [
        "search.factors=4", "search.directions=width", "search.hypotheses=even > depth",
        "halving.epochs=2", "space.kernels=5",
      ])
    XCTAssertEqual(study.search.factors, [4])
    XCTAssertEqual(study.search.directions.map(\.name), ["width"])
    XCTAssertEqual(study.search.hypotheses.map(\.description), ["even > depth"])
    XCTAssertEqual(study.halving.epochs, [2])
    XCTAssertEqual(study.space.kernels, [5])
  }

  func testOverridesReachTheSections() throws {
    let study = try configuration(
      "", overrides: ["search.seeds=5", "search.directions=[depth, width]", "halving.epochs=[2]"])
    XCTAssertEqual(study.search.seeds, 5)
    XCTAssertEqual(study.search.directions.map(\.name), ["depth", "width"])
    XCTAssertEqual(study.halving.epochs, [2])
  }

  func testEachFaultIsOneLineWithItsPlace() throws {
    // The sections begin in line 6.
    for (text, parts) in [
      ("search: {seedz: 3}", [":6: search.seedz: unknown key", "did you mean seed?"]),
      ("search: {seeds: 0}", [":6: search.seeds: 0 is out of range", "1 to 1000"]),
      ("search: {seed: -1}", [":6: search.seed: -1 is out of range"]),
      ("search: {seeds: three}", [":6: search.seeds", "expected an integer"]),
      ("search: {freshSeeds: 0}", [":6: search.freshSeeds: 0 is out of range"]),
      ("search: {factors: []}", [":6: search.factors: [] is not a list of different factors"]),
      ("search: {factors: [1]}", [":6: search.factors", "other than 1, which the base is"]),
      ("search: {factors: [2, 2.0]}", [":6: search.factors", "different factors"]),
      (
        "search: {factors: [4, 2, 2.03]}",
        [":6: search.factors: 2.0 and 2.03 cannot be told apart with search.tolerance 0.02"]
      ),
      (
        "search: {factors: [0.5, 0.6], tolerance: 0.1}",
        [":6: search.factors: 0.5 and 0.6 cannot be told apart"]
      ),
      ("search: {factors: [-2]}", [":6: search.factors: -2 is out of range"]),
      ("search: {factors: [.nan]}", [":6: search.factors: expected a number, found .nan"]),
      ("search: {factors: two}", [":6: search.factors", "expected a list of numbers"]),
      ("search: {tolerance: 0}", [":6: search.tolerance: 0 is out of range"]),
      (
        "search: {directions: [deep]}",
        [":6: search.directions: has 'deep', which is not one of depth"]
      ),
      ("search: {directions: [\"1:2\"]}", [":6: search.directions: has '1:2'"]),
      ("search: {directions: [depth, depth]}", [":6: search.directions: names a direction twice"]),
      ("search: {divisions: 13}", [":6: search.divisions: 13 is out of range"]),
      ("search: {hypotheses: [even]}", [":6: search.hypotheses: has 'even'", "even > depth"]),
      ("search: {hypotheses: [even > deep]}", [":6: search.hypotheses: has 'even > deep'"]),
      ("search: {hypotheses: [even > even]}", [":6: search.hypotheses: has 'even > even'"]),
      (
        "search: {hypotheses: [even > depth, width > depth, even > depth]}",
        [":6: search.hypotheses: asks the same twice: 'even > depth' and 'even > depth'"]
      ),
      (
        "search: {hypotheses: [even > depth, depth > even]}",
        [":6: search.hypotheses: asks the same twice: 'even > depth' and 'depth > even'"]
      ),
      ("search: {confirmed: 0}", [":6: search.confirmed: 0 is out of range"]),
      (
        "halving: {epochs: [30]}",
        [":6: halving.epochs: a rung after 30 epochs", "training.epochs (30)"]
      ),
      ("halving: {epochs: [31]}", [":6: halving.epochs: a rung after 31 epochs"]),
      ("halving: {epochs: [4, 2]}", [":6: halving.epochs: [4, 2] do not grow"]),
      ("halving: {epochs: [4, 4]}", [":6: halving.epochs: [4, 4] do not grow"]),
      ("halving: {epochs: [0]}", [":6: halving.epochs: 0 is out of range"]),
      ("halving: {keep: 0}", [":6: halving.keep: 0 is out of range"]),
      ("halving: {keep: 1}", [":6: halving.keep: 1 is out of range"]),
      (
        "halving: {mode: resume}",
        [":6: halving.mode: resume is not allowed", "continue, restart"]
      ),
      ("halving: {cohort: 1}", [":6: halving.cohort: of 1 network has nothing to compare"]),
      ("evolution: {individuals: 0}", [":6: evolution.individuals: 0 is out of range"]),
      (
        "evolution: {sample: 25}",
        [":6: evolution.sample: 25 is more than evolution.population (24)"]
      ),
      (
        "evolution: {population: 4}",
        [":6: evolution.sample: is not given, and its default 6 is more"]
      ),
      ("evolution: {epochs: 31}", [":6: evolution.epochs: 31 is more than training.epochs (30)"]),
      ("evolution: {exponent: 0.07}", [":6: evolution.exponent: 0.07 is out of range"]),
      ("evolution: {identity: 1}", [":6: evolution.identity: 1 is out of range"]),
      ("space: {kinds: [ds]}", [":6: space.kinds: has 'ds', which is not one of ir, er"]),
      ("space: {kernels: [4]}", [":6: space.kernels: has 4; allowed: 3 and 5"]),
      ("space: {kernels: [7]}", [":6: space.kernels: 7 is out of range"]),
      ("space: {kernels: []}", [":6: space.kernels: is empty"]),
      ("space: {kinds: []}", [":6: space.kinds: is empty"]),
      ("space: {layers: []}", [":6: space.layers: is empty"]),
      ("space: {bounds: [1.5, 0.5]}", [":6: space.bounds: [1.5, 0.5] is not a range"]),
      ("space: {bounds: [1]}", [":6: space.bounds: [1.0] is not a range"]),
      ("space: {bounds: [1, 1]}", [":6: space.bounds: [1.0, 1.0] is not a range"]),
      ("spaces: {bounds: [1, 2]}", ["spaces: unknown section", "did you mean space?"]),
    ] {
      XCTAssertThrowsError(try configuration(text), text) {
        let message = "\($0)"
        XCTAssertTrue(message.hasPrefix("study.yaml"), message)
        for part in parts { XCTAssertTrue(message.contains(part), "\(part) is not in: \(message)") }
        XCTAssertFalse(message.contains("\n"), message)
      }
    }
  }

  func testARecipeThatStudiesCannotUseIsRefused() throws {
    for (overrides, parts) in [
      (
        ["training.epochs=null", "training.steps=100"], ["training.steps", "give training.epochs"]
      ),
      (["training.progressiveStages=4"], ["training.progressiveStages", "leave it out"]),
      (["finetuning.checkpoint=b0.h5"], ["finetuning.checkpoint", "leave it out"]),
      (["search.seedz=3"], ["--set search.seedz=3", "did you mean seed?"]),
    ] {
      XCTAssertThrowsError(try configuration("", overrides: overrides), "\(overrides)") {
        for part in parts { XCTAssertTrue("\($0)".contains(part), "\(part) is not in: \($0)") }
        XCTAssertFalse("\($0)".contains("\n"))
      }
    }
  }
}
