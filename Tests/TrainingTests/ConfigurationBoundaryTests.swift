import Datasets
import Foundation
import Glibc
import Training
import XCTest

/// Configurations as they come from outside: from any folder, in any form, of any size.
final class ConfigurationBoundaryTests: XCTestCase {
  private var folder = URL(fileURLWithPath: "/")
  private static let minimal = """
    data: {train: shards/train-*.h5}
    batch: {size: 64, microBatch: 8}
    training: {epochs: 10}
    schedule: {learningRate: 0.1}

    """

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "effnet-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws {
    try FileManager.default.removeItem(at: folder)
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func write(_ text: String, to name: String) throws {
    try write(Data(text.utf8), to: name)
  }

  private func write(_ data: Data, to name: String) throws {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  private func read(_ overrides: String...) throws -> Configuration {
    try Configuration(yaml: Self.minimal, overrides: overrides)
  }

  private func assertFault(
    _ yaml: String, _ overrides: String..., has parts: String..., line: UInt = #line
  ) {
    XCTAssertThrowsError(try Configuration(yaml: yaml, overrides: overrides), line: line) { error in
      for part in parts { XCTAssertTrue("\(error)".contains(part), "\(error)", line: line) }
      XCTAssertFalse("\(error)".contains { $0.isNewline }, "\(error)", line: line)
      XCTAssertLessThan("\(error)".count, 1_000, line: line)
    }
  }

  private func assertFileFault(
    _ name: String, has parts: String..., line: UInt = #line
  ) {
    XCTAssertThrowsError(try Configuration(contentsOf: path(name)), line: line) { error in
      for part in parts { XCTAssertTrue("\(error)".contains(part), "\(error)", line: line) }
      XCTAssertLessThan("\(error)".count, 1_000, line: line)
    }
  }

  // MARK: Folders

  private static let folders = [
    "12[7].pbs", "a*b", "what?", "back\\slash", "back\\*star", "{a,b}", "[", "[!a]", "]", "ünd [ü]",
    "d[\u{301}a]", "*\u{308}", "\\\u{20D0}x", "?\u{FE0F}\u{20E3}",
  ]

  func testTheFolderOfAFileIsNoPattern() throws {
    for name in Self.folders {
      try write(Self.minimal, to: "\(name)/c.yaml")
      for shard in ["train-a.h5", "train-b.h5", "other.h5"] {
        try write("", to: "\(name)/shards/\(shard)")
      }
      // What the pattern would match if the folder's name were part of it.
      try write("", to: "127.pbs/shards/train-c.h5")
      let configuration = try Configuration(contentsOf: path("\(name)/c.yaml"))
      let expected = ["train-a.h5", "train-b.h5"].map { path("\(name)/shards/\($0)") }
      XCTAssertEqual(
        try configuration.data.train.flatMap { try ShardPath.files($0, relativeTo: ".") }, expected)

      let written = try Configuration(yaml: configuration.yaml, folder: URL(fileURLWithPath: "/x"))
      XCTAssertEqual(written, configuration)
      XCTAssertEqual(
        try written.data.train.flatMap { try ShardPath.files($0, relativeTo: ".") }, expected)

      // A folder and a file by their names.
      for (train, count) in [("shards", 3), ("shards/train-a.h5", 1), ("./shards/../shards/o*", 1)]
      {
        try write(
          Self.minimal.replacing("shards/train-*.h5", with: train), to: "\(name)/sub.yaml")
        let files = try Configuration(contentsOf: path("\(name)/sub.yaml")).data.train.flatMap {
          try ShardPath.files($0, relativeTo: ".")
        }
        XCTAssertEqual(files.count, count, "\(name) \(train)")
        XCTAssertTrue(files.allSatisfy { $0.hasPrefix(path("\(name)/shards/")) }, "\(files)")
      }
    }
  }

  func testTheFolderOfABaseIsNoPattern() throws {
    for name in Self.folders {
      try write(Self.minimal, to: "\(name)/c.yaml")
      try write("", to: "\(name)/shards/train-a.h5")
      let quoted = name.unicodeScalars.map { $0 == "\\" ? "\\\\" : String($0) }.joined()
      try write("base: \"\(quoted)/c.yaml\"\n", to: "derived.yaml")
      let configuration = try Configuration(contentsOf: path("derived.yaml"))
      XCTAssertEqual(
        try configuration.data.train.flatMap { try ShardPath.files($0, relativeTo: ".") },
        [path("\(name)/shards/train-a.h5")])
    }
  }

  func testTheCurrentFolderIsNoPattern() throws {
    let old = FileManager.default.currentDirectoryPath
    defer { XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(old)) }
    for name in Self.folders {
      try write("", to: "\(name)/here/train-a.h5")
      XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(path(name)))
      let train = try read("data.train=here/t*-[a].h5").data.train
      XCTAssertEqual(
        try train.flatMap { try ShardPath.files($0, relativeTo: ".") },
        [path("\(name)/here/train-a.h5")])
    }
  }

  func testANameThatIsNoPatternIsTakenAsItIs() throws {
    for name in ["a[1].h5", "a*.h5", "b\\[1].h5", "c\\d.h5", "e\\"] {
      try write("", to: "names/\(name)")
      XCTAssertEqual(
        try ShardPath.files(path("names/\(name)"), relativeTo: "."), [path("names/\(name)")])
    }
    XCTAssertEqual(
      try ShardPath.files(path("names/a\\*.h5"), relativeTo: "."), [path("names/a*.h5")])
    try write("", to: "names/a1.h5")
    XCTAssertEqual(
      try ShardPath.files(path("names/?1.h5"), relativeTo: "."), [path("names/a1.h5")])
  }

  // MARK: Values

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
    assertFault(Self.minimal, "training.epochs=null", has: "give exactly one of epochs and steps")
    try write(Self.minimal, to: "one.yaml")
    try write("base: one.yaml\ntraining: {epochs: 1, steps: 2}\n", to: "both.yaml")
    assertFileFault("both.yaml", has: "both.yaml:2: training.steps: give exactly one")
  }

  // MARK: Texts

  func testByteOrderMarksAreLeftOutAndOtherEncodingsNamed() throws {
    try write(Data([0xEF, 0xBB, 0xBF]) + Data(Self.minimal.utf8), to: "mark.yaml")
    XCTAssertEqual(try Configuration(contentsOf: path("mark.yaml")).batch.size, 64)
    try write(Data([0xEF, 0xBB, 0xBF]) + Data("base: mark.yaml\n".utf8), to: "derived.yaml")
    XCTAssertEqual(try Configuration(contentsOf: path("derived.yaml")).batch.size, 64)
    try write(Data(Self.minimal.utf16.flatMap { [UInt8($0 & 255), 0] }), to: "utf16.yaml")
    assertFileFault(
      "utf16.yaml", has: "utf16.yaml: cannot be read: it is in UTF-16; save it as UTF-8")
    try write(Data(Self.minimal.utf8) + Data([0x23, 0xE4, 0x0A]), to: "latin.yaml")
    assertFileFault("latin.yaml", has: "line 5 is not UTF-8, perhaps Latin-1")
  }

  func testAPipeIsReadOnceAndItsPathsAreRelativeToTheCurrentFolder() throws {
    XCTAssertEqual(mkfifo(path("pipe"), 0o600), 0)
    let pipe = path("pipe")
    // A reader that stays: a pipe without one ends whoever writes to it.
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    let writer = open(pipe, O_WRONLY)
    let text = Array(Self.minimal.utf8)
    XCTAssertEqual(Glibc.write(writer, text, text.count), text.count)
    Thread.detachNewThread {
      usleep(50_000)
      close(writer)
    }
    let configuration = try Configuration(contentsOf: pipe)
    close(reader)
    let here = FileManager.default.currentDirectoryPath
    XCTAssertEqual(configuration.data.train, [ShardPath.resolved("shards/train-*.h5", in: here)])
    assertFileFault("pipe", has: "it is a pipe that nobody writes to")
    try write("base: pipe\n", to: "derived.yaml")
    assertFileFault(
      "derived.yaml", has: "derived.yaml:1: base: \(pipe) cannot be read: it is a pipe")
    for name in ["/dev/zero", "/dev/null"] {
      try write("base: \(name)\n", to: "derived.yaml")
      assertFileFault("derived.yaml", has: "\(name) cannot be read: it is a device, not a file")
    }
  }

  func testAStoredTextFollowsNoBase() throws {
    try write(Self.minimal, to: "base.yaml")
    assertFault(
      "base: \(path("base.yaml"))\nnetwork: {model: b1}\n",
      has: "configuration:1: base: is followed in configuration files alone")
    assertFault("base: /etc/passwd\n", has: "configuration:1: base: is followed")
  }

  func testForeignTextIsShownEscapedAndCut() throws {
    assertFault(
      Self.minimal + "\"av\\e[31m\\ner\": {}\n", has: "av\\u{1B}[31m\\ner: unknown section")
    assertFault(
      Self.minimal + "network: {\"mo\\e]0;x\\adel\": b0}\n",
      has: "network.mo\\u{1B}]0;x\\u{7}del: unknown key")
    assertFault(
      Self.minimal, "network.model=\"b0\\e[2J\"", has: "\"b0\\u{1B}[2J\" is not allowed")
    assertFault(
      Self.minimal, "network.model=\(String(repeating: "b", count: 100_000))", has: "bbb…")
    assertFault(Self.minimal + "\(String(repeating: "k", count: 900)): 1\n", has: "kkk…")
    assertFault(Self.minimal, "data.train=\"a\\0b\"", has: "data.train: a\\u{0}b has a zero byte")
    assertFault(Self.minimal, "finetuning.checkpoint=\"\\0\"", has: "has a zero byte")
    try write("network: 5\n", to: "e\u{1B}[31m.yaml")
    assertFileFault("e\u{1B}[31m.yaml", has: "e\\u{1B}[31m.yaml:1: network: expected keys")
  }

  func testHugeTextsAreRefusedInASecond() throws {
    let start = Date()
    let names = (0..<45_000).map { "k\($0): 1\n" }.joined()
    assertFault(names, has: "configuration:1: k0: unknown section", "44999 more like it")
    assertFault(
      "network:\n" + names.replacing("k", with: " k"), has: "network.k0: unknown key",
      "44999 more like it")
    assertFault(
      String(repeating: "#\n", count: 1 << 19), has: "more than 524288 bytes")
    try write(Self.minimal + String(repeating: "#\n", count: 1 << 19), to: "big.yaml")
    assertFileFault("big.yaml", has: "big.yaml: cannot be read: it has more than 524288 bytes")
    for index in 0..<40 { try write("base: c\(index + 1).yaml\n", to: "c\(index).yaml") }
    assertFileFault("c0.yaml", has: "c16.yaml:1: base: more than 16 files are based on each other")
    var bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (old, new) in zip("abcdefgh", "bcdefghi") {
      let list = Array(repeating: "*\(old)", count: 9).joined(separator: ", ")
      bomb += "\(new): &\(new) [\(list)]\n"
    }
    for bad in [bomb, bomb + "? *i\n: 1\n", bomb + "*i : 1\n*h : 2\n"] {
      assertFault(bad, has: "configuration: has more than 32 aliases; write values out")
    }
    // What is no alias does not count.
    let stars = String(repeating: "# * 2 *.h5 a*b **/x\n", count: 100)
    XCTAssertNoThrow(try Configuration(yaml: Self.minimal + stars))
    XCTAssertNoThrow(
      try Configuration(
        yaml: Self.minimal.replacing("shards/", with: "&s shards/")
          + "finetuning: {checkpoint: *s}\n"))
    assertFault(
      "data:\n  mean: [" + String(repeating: "0.5,", count: 100_000) + "]\n" + "batch: 5\n",
      has: "batch: expected keys and values")
    XCTAssertLessThan(-start.timeIntervalSinceNow, 20)
  }

  /// What stands before an asterisk that makes an alias of it, for the parser and nobody else.
  func testAliasesAreCountedWhereverTheParserFindsThem() throws {
    let start = Date()
    for separator in [
      "\u{85}", "\u{2028}", "\u{2029}", "\n    \u{FEFF}", "\t", "\r", "\r\n    ", " # x\n    ",
      "!!str ", "? ",
    ] {
      var bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
      for level in 1..<12 {
        let list = (0..<10).map { _ in "\(separator)*a\(level - 1)" }.joined(separator: ",")
        bomb += "a\(level): &a\(level) [\(list)]\n"
      }
      bomb += "network: {\(separator)*a11 : 1}\n"
      XCTAssertThrowsError(try Configuration(yaml: bomb), separator)
    }
    for separator in ["\u{85}", "\u{2028}", "\u{2029}", "\n\u{FEFF}", " # x\n "] {
      assertFault(
        Self.minimal
          + "x: {s: &s 1, l: [\((0..<33).map { _ in "\(separator)*s" }.joined(separator: ","))]}",
        has: "more than 32 aliases")
    }
    // The same in quotes and in blocks is text.
    let stars = (0..<40).map { _ in "\u{2028}*s" }.joined()
    XCTAssertNoThrow(
      try Configuration(
        yaml: Self.minimal.replacing("shards/", with: "\"\(stars)/\"").replacing(
          "\"train-*.h5", with: "train-*.h5\"")))
    XCTAssertLessThan(-start.timeIntervalSinceNow, 20)
  }

  func testSectionsInSectionsAreBounded() throws {
    let start = Date()
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("? [", "]"), ("{? ", "}"), ("[{x: ", "}]")] {
      for depth in [40, 900] {
        assertFault(
          "network:\n  \(String(repeating: open, count: depth))1"
            + String(repeating: close, count: depth),
          has: depth == 40 ? "more than 32 lists or sections in each other" : "configuration:")
      }
    }
    let deep = String(repeating: "[", count: 20) + "1" + String(repeating: "]", count: 20)
    assertFault(Self.minimal + "network: {width: \(deep)}\n", has: "network.width: expected")
    XCTAssertLessThan(-start.timeIntervalSinceNow, 10)
  }

  func testSixteenBasesAreFollowed() throws {
    for index in 0..<16 { try write("base: c\(index + 1).yaml\n", to: "c\(index).yaml") }
    try write(Self.minimal, to: "c16.yaml")
    XCTAssertEqual(try Configuration(contentsOf: path("c0.yaml")).batch.size, 64)
  }
}
