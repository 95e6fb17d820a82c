import Foundation
import Training
import XCTest

/// Values at the ends of their ranges and in every form that YAML has, and keys of which one
/// excludes the other.
final class ConfigurationBoundaryTests: ConfigurationFileTestCase {
  func testWordsOfTheCoreSchemaAreTaken() throws {
    for word in ["true", "True", "TRUE"] { XCTAssertTrue(try read("data.flip=\(word)").data.flip) }
    for word in ["false", "False", "FALSE"] {
      XCTAssertFalse(try read("data.flip=\(word)").data.flip)
    }
    for word in ["null", "Null", "NULL", "~"] {
      XCTAssertNil(try read("training.clipNorm=\(word)").training.clipNorm)
    }
    let yaml = Self.minimal + "averaging: ~\nnetwork: {dropout: Null, phi: NULL}\n"
    XCTAssertNil(try Configuration(yaml: yaml).network.dropout)
    assertFault(Self.minimal, "data.flip=\"true\"", has: "expected true or false, found \"true\"")
    assertFault(Self.minimal, "data.flip=tRUE", has: "expected true or false, found tRUE")
    assertFault(Self.minimal, "data.flip=1", has: "expected true or false, found 1")
  }

  func testWordsOfOldYAMLAreRefusedWithTheRightOne() {
    for (word, right) in [("yes", "true"), ("On", "true"), ("NO", "false"), ("off", "false")] {
      assertFault(Self.minimal, "data.flip=\(word)", has: "found \(word); write \(right)")
    }
    assertFault(Self.minimal, "training.clipNorm=None", has: "found None; write null")
  }

  func testNumbersOfTheCoreSchemaAreTaken() throws {
    for (text, value) in [("0o17", 15), ("0x1F", 31), ("+3", 3), ("007", 7)] {
      XCTAssertEqual(try read("data.prefetch=\(text)").data.prefetch, value)
    }
    for (text, value) in [(".5", 0.5), ("+5.e-1", 0.5), ("1.", 1), ("0x1", 1), ("2E-1", 0.2)] {
      XCTAssertEqual(try read("schedule.learningRate=\(text)").schedule.learningRate, value)
    }
    XCTAssertEqual(try read("training.seed=9223372036854775807").training.seed, .max)
    for text in [".inf", "-.Inf", "+.INF", "1e400", "1e308", "5e-324", "0"] {
      assertFault(
        Self.minimal, "schedule.learningRate=\(text)",
        has: "schedule.learningRate: \(text) is out of range; allowed: 1e-12 to 1e+30")
    }
    for text in [".nan", "inf", "1_000", "0x1p3", "0b1", ".", "e5", "1e", "--1", "0o8", "1 2"] {
      assertFault(
        Self.minimal, "schedule.learningRate=\(text)",
        has: "schedule.learningRate: expected a number, found \(text)")
    }
    for text in ["9223372036854775808", "-9223372036854775809", "-1"] {
      assertFault(
        Self.minimal, "training.seed=\(text)",
        has: "training.seed: \(text) is out of range; allowed: 0 to 9223372036854775807")
    }
  }

  /// Every number of every section, with kinds that show all keys.
  func testEveryNumberHasARangeThatIsNamed() throws {
    let kinds = [
      [], ["network.phi=1"], ["optimizer.kind=lars"], ["schedule.kind=polynomial"],
      ["finetuning.checkpoint=a.h5"],
    ]
    let given = [
      "network.width=1", "network.depth=1", "network.resolution=64", "network.classes=5",
      "network.dropout=0.1", "data.shuffleRun=1", "checkpoint.everySteps=5",
      "checkpoint.milestoneEveryEpochs=2", "training.clipNorm=1", "training.largestLoss=9",
      "exchange.chunkBytes=4096", "exchange.wholeBytes=4096",
    ]
    var tried: Set<String> = []
    for kind in kinds {
      let optional = kind == ["network.phi=1"] ? Array(given[2...]) : given
      let yaml = try Configuration(yaml: Self.minimal, overrides: kind + optional).yaml
      var section = ""
      for line in yaml.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard line.hasPrefix(" ") else {
          section = String(parts[0])
          continue
        }
        let key = section + "." + parts[0].trimmingCharacters(in: .whitespaces)
        let value = parts[1].trimmingCharacters(in: .whitespaces)
        let isList = value.hasPrefix("[")
        guard Double(value) != nil || isList && !value.contains("\""), tried.insert(key).inserted
        else { continue }
        // An exponent may be negative.
        let negative = key == "network.phi" ? "-11" : "-1"
        // A learning rate may be as large as a diverging run wants it.
        let large = key.lowercased().contains("learningrate") ? "1e31" : "9223372036854775808"
        for text in [
          "1e308", "-1e308", ".inf", negative, large, "-9223372036854775808",
        ] {
          assertFault(
            Self.minimal, kind + optional, "\(key)=\(isList ? "[\(text)]" : text)", key: key)
        }
        // Whatever is small or large is a value or a fault of this key, and no other's.
        for text in ["5e-324", "1e-308", "4611686018427387904", "9223372036854775807", "0"] {
          do {
            _ = try Configuration(
              yaml: Self.minimal,
              overrides: kind + optional + ["\(key)=\(isList ? "[\(text)]" : text)"])
          } catch {
            XCTAssertTrue("\(error)".contains("\(key)="), "\(error)")
          }
        }
      }
    }
    XCTAssertGreaterThan(tried.count, 55, "\(tried.sorted())")
  }

  private func assertFault(
    _ yaml: String, _ overrides: [String], _ last: String, key: String, line: UInt = #line
  ) {
    XCTAssertThrowsError(
      try Configuration(yaml: yaml, overrides: overrides + [last]), last, line: line
    ) { error in
      XCTAssertTrue("\(error)".hasPrefix("--set \(last): \(key): "), "\(error)", line: line)
      XCTAssertTrue(
        "\(error)".contains("allowed: ") || "\(error)".contains("expected an integer"), "\(error)",
        line: line)
    }
  }

  func testScalingStaysWithinWhatCanBeGiven() {
    for base in ["alpha", "beta", "gamma"] {
      assertFault(
        Self.minimal, "network.phi=10", "network.\(base)=10", has: "network.phi: 10", "too far",
        "allowed: depth and width times 0.01 to 100")
    }
    assertFault(Self.minimal, "network.phi=-10", "network.beta=2", has: "network.phi: -10")
  }

  func testTheKeyThatIsWrongIsBlamed() {
    assertFault(
      Self.minimal, "schedule.learningRatePer256=1e308", "schedule.kind=cosine",
      "schedule.endLearningRate=1", has: "schedule.learningRatePer256: 1e308 is out of range")
    assertFault(
      Self.minimal, "data.cutmix=1e-308",
      has: "data.cutmix: 1e-308 is out of range; allowed: 0, or 0.001 to 1000")
  }

  // MARK: Alternatives

  func testOneAlternativeReplacesTheOther() throws {
    try write(Self.minimal, to: "epochs.yaml")
    try write("base: epochs.yaml\ntraining: {steps: 7}\n", to: "steps.yaml")
    try write("base: steps.yaml\nnetwork: {model: b1}\n", to: "third.yaml")
    func read(_ name: String, _ overrides: String...) throws -> Configuration {
      try Configuration(contentsOf: path(name), overrides: overrides)
    }
    let overridden = try read("epochs.yaml", "training.steps=5")
    XCTAssertEqual(overridden.training.steps, 5)
    XCTAssertNil(overridden.training.epochs)
    XCTAssertEqual(
      overridden.replaced,
      ["training.steps 5 replaces training.epochs 10 (\(path("epochs.yaml")):3)"])
    XCTAssertTrue(overridden.annotatedYAML.hasPrefix("# training.steps 5 replaces"))
    let written = try Configuration(yaml: overridden.annotatedYAML)
    XCTAssertEqual(written, overridden)
    XCTAssertEqual(written.replaced, [])

    for name in ["steps.yaml", "third.yaml"] {
      XCTAssertEqual(try read(name).training.steps, 7)
      XCTAssertNil(try read(name).training.epochs)
      XCTAssertEqual(
        try read(name).replaced,
        ["training.steps 7 replaces training.epochs 10 (\(path("epochs.yaml")):3)"])
    }
    // The value is the one in the end, whichever file or option had replaced the other before.
    XCTAssertEqual(
      try read("third.yaml", "training.steps=4", "training.steps=5").replaced,
      ["training.steps 5 replaces training.epochs 10 (\(path("epochs.yaml")):3)"])
    try write("base: third.yaml\ntraining: {steps: 6}\n", to: "fourth.yaml")
    XCTAssertEqual(
      try read("fourth.yaml").replaced,
      ["training.steps 6 replaces training.epochs 10 (\(path("epochs.yaml")):3)"])
    try write("base: third.yaml\ntraining: {epochs: 36}\n", to: "fifth.yaml")
    XCTAssertEqual(
      try read("fifth.yaml").replaced,
      ["training.epochs 36 replaces training.steps 7 (\(path("steps.yaml")):2)"])
    XCTAssertEqual(
      try read("fifth.yaml", "training.steps=4").replaced,
      ["training.steps 4 replaces training.epochs 36 (\(path("fifth.yaml")):2)"])
    // With what the file gave taken back, what its base replaces counts again.
    XCTAssertEqual(
      try read("fifth.yaml", "training.epochs=null").replaced,
      ["training.steps 7 replaces training.epochs 10 (\(path("epochs.yaml")):3)"])
    XCTAssertEqual(
      try read("third.yaml", "training.steps=8").annotatedYAML.split(separator: "\n").first,
      "# training.steps 8 replaces training.epochs 10 (\(path("epochs.yaml")):3)")
    XCTAssertEqual(try read("third.yaml", "training.epochs=2").training.epochs, 2)
    XCTAssertNil(try read("third.yaml", "training.epochs=2").training.steps)
    // The base's value is back, and nothing is replaced.
    XCTAssertEqual(try read("steps.yaml", "training.steps=null").training.epochs, 10)
    XCTAssertEqual(try read("steps.yaml", "training.steps=null").replaced, [])
    XCTAssertEqual(
      try read("epochs.yaml", "schedule.learningRatePer256=1").schedule.learningRatePer256, 1)
    XCTAssertEqual(try read("epochs.yaml", "training.epochs=3").replaced, [])
    XCTAssertEqual(
      try read("epochs.yaml", "training.epochs=null", "training.steps=3").training.steps, 3)
  }

  func testBothAlternativesInOnePlaceAreAFault() throws {
    assertFault(
      Self.minimal.replacing("epochs: 10", with: "epochs: 10, steps: 3"),
      has: "configuration:3: training.steps: give exactly one of epochs and steps")
    assertFault(
      Self.minimal, "training.epochs=3", "training.steps=3",
      has: "--set training.steps=3: training.steps: give exactly one of epochs and steps")
    assertFault(
      Self.minimal, "training.epochs=null", has: "training.epochs: is missing; give this or steps")
    try write(Self.minimal, to: "one.yaml")
    try write("base: one.yaml\ntraining: {epochs: 1, steps: 2}\n", to: "both.yaml")
    assertFileFault("both.yaml", has: "both.yaml:2: training.steps: give exactly one")
  }
}
