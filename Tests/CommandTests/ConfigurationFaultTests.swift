import Foundation
import XCTest

final class ConfigurationFaultTests: TrainingTestCase {
  /// Trains with a changed configuration file, which is to fail and leave nothing.
  private func assertRejected(
    _ old: String, _ new: String, _ parts: [String], line: UInt = #line
  ) throws {
    let text = Self.configuration.replacingOccurrences(of: old, with: new)
    XCTAssertNotEqual(text, Self.configuration, line: line)
    try write(text, to: "wrong.yaml")
    try assertFails(
      ["train", "wrong.yaml", "--output", "run"], code: 2, ["wrong.yaml:"] + parts, line: line)
    XCTAssertFalse(exists("run"), line: line)
  }

  func testFaultsOfTheFileAreNamedWithTheirLine() throws {
    try prepare()
    try assertRejected(
      "  width:", "  widht:", ["wrong.yaml:2: network.widht: unknown key", "did you mean width?"])
    try assertRejected(
      "training:", "trianing:", ["trianing: unknown section", "did you mean training?"])
    try assertRejected(
      "resolution: 32", "resolution: wide",
      ["wrong.yaml:4: network.resolution", "expected an integer", "wide"])
    try assertRejected(
      "dropout: 0.2", "dropout: 1.5",
      ["wrong.yaml:6: network.dropout: 1.5 is out of range", "allowed: ≥ 0 and < 1"])
    try assertRejected(
      "microBatch: 2", "microBatch: 3", ["batch.microBatch: 3 does not divide batch.size 16"])
    try assertRejected("size: 16", "null: 16", ["batch", "unknown key"])
    try assertRejected("[0.5]", "[0.5", ["not valid YAML"])
    try assertRejected(
      "learningRate: 0.01", "endLearningRate: 0.01",
      [
        "schedule.endLearningRate: only with schedule.kind cosine or with schedule.kind polynomial"
      ])
  }

  func testFaultsOfTheCommandLineAreNamed() throws {
    try prepare()
    try assertFails(
      train("run", ["schedule.learningrate=1"]), code: 2,
      ["--set schedule.learningrate=1", "did you mean learningRate?"])
    try assertFails(
      train("run", ["optimizer.kind=adam"]), code: 2,
      ["--set optimizer.kind=adam", "allowed: rmsprop, sgd, lars"])
    try assertFails(train("run", ["steps=3"]), code: 2, ["--set steps=3", "section.key=value"])
    XCTAssertFalse(exists("run"))
    let unknown = try effnet(train("run", [], ["--outptu", "x"]))
    XCTAssertEqual(unknown.exitCode, 2)
    XCTAssertTrue(unknown.errors.contains("--outptu"), unknown.errors)
    XCTAssertFalse(exists("run"))
    try assertFails(["trian", "small.yaml"], code: 2, ["no command trian", "did you mean train?"])
  }

  func testTheBaseOfAConfigurationFromAPipeLiesInTheCurrentFolder() throws {
    try prepare()
    try FileManager.default.createDirectory(
      atPath: path("away"), withIntermediateDirectories: false)
    try write("base: small.yaml\ntraining: {steps: 1}\n", to: "away/derived.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: path("away/input"), withDestinationPath: "/dev/stdin")
    for (number, (script, file)) in [
      ("cat away/derived.yaml | \"$@\"", "/dev/stdin"),
      ("exec \"$@\" <away/derived.yaml", "/dev/stdin"),
      ("exec \"$@\" 7<away/derived.yaml", "/dev/fd/7"),
      ("exec \"$@\" <away/derived.yaml", "away/input"),
      ("exec \"$@\" <away/derived.yaml", "/proc/self/fd/0"),
    ].enumerated() {
      let outcome = try effnet(
        ["train", file, "--output", "run-\(number)"], wrapper: ["sh", "-c", script, "sh"])
      XCTAssertEqual(outcome.exitCode, 0, "\(script) \(file): \(outcome.errors)")
      XCTAssertTrue(exists("run-\(number)/checkpoint-00000001.h5"))
    }
    try write("base: none.yaml\n", to: "away/derived.yaml")
    for file in ["/dev/stdin", "away/input"] {
      try assertFails(
        ["train", file], wrapper: ["sh", "-c", "exec \"$@\" <away/derived.yaml", "sh"], code: 2,
        ["\(file):1: base: none.yaml cannot be read: no such file"])
    }
    try assertFails(
      ["train", "away/derived.yaml"], code: 2,
      ["away/derived.yaml:1: base: away/none.yaml cannot be read"])
  }

  func testAMissingFileIsNamed() throws {
    try assertFails(
      ["train", "nowhere.yaml"], code: 2, ["nowhere.yaml: cannot be read: no such file"])
    try assertFails(["train", "nowhere.yaml"], ranks: 2, code: 2, ["nowhere.yaml"])
    XCTAssertEqual(files("."), [])
  }

  func testFaultsUnderMPIAreToldOnce() throws {
    try prepare()
    let wrong = Self.configuration.replacing("microBatch: 2", with: "microBatch: 3")
    try write(wrong, to: "wrong.yaml")
    for file in ["wrong.yaml", "nowhere.yaml", "data"] {
      for command in [["train", file, "--output", "run"], ["benchmark", "loader", file]] {
        let outcome = try assertFails(command, ranks: 4, code: 2, [file])
        XCTAssertEqual(outcome.messages.count, 1, outcome.errors)
      }
    }
    XCTAssertFalse(exists("run"))
  }

  func testAFaultOfOneRankIsToldWithItsHost() throws {
    try prepare()
    // One rank's file system differs.
    let script = """
      if [ "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" = 2 ]; then cd data; fi; exec "$@"
      """
    let outcome = try effnet(
      ["train", "small.yaml", "--output", "run"], ranks: 3, wrapper: ["sh", "-c", script, "sh"])
    XCTAssertEqual(outcome.exitCode, 2)
    XCTAssertEqual(outcome.messages.count, 1, outcome.errors)
    XCTAssertTrue(
      outcome.errors.contains("effnet: rank 2 on ")
        && outcome.errors.contains("small.yaml: cannot be read"), outcome.errors)
  }

  func testAConfigurationFromAPipeIsRead() throws {
    try prepare()
    func shell(_ words: String) -> [String] { ["bash", "-c", "exec \"$@\" \(words)", "bash"] }
    let outcome = try effnet(
      ["train", "--output", "run"], wrapper: shell("<(cat small.yaml)"))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(try summary("run").stateSHA256, try hash("file"))
    // What a rank cannot read is told for what it is.
    try assertFails(
      ["launch", "--output", "other"], wrapper: shell("<(cat small.yaml)"), code: 2,
      ["is a pipe", "write the configuration to a file"])
    XCTAssertEqual(mkfifo(path("pipe"), 0o600), 0)
    for file in ["pipe", "/dev/stdin", "/dev/fd/63"] {
      let outcome = try assertFails(
        ["train", file, "--output", "other"], ranks: 2, code: 2,
        ["\(file) is a pipe", "write the configuration to a file"])
      XCTAssertEqual(outcome.messages.count, 1, outcome.errors)
    }
    XCTAssertFalse(exists("other"))
  }

  func testASignalEndsTheWaitForAPipe() throws {
    XCTAssertEqual(mkfifo(path("pipe"), 0o600), 0)
    // Somebody who writes nothing.
    let writer = open(path("pipe"), O_RDWR)
    defer { close(writer) }
    for (signal, code) in [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)] {
      let command = try start(["train", "pipe", "--output", "run"])
      let open = "/proc/\(command.number)/fd"
      try command.run(
        until: {
          let files = (try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []
          return files.contains {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(open)/\($0)"))?
              .hasSuffix("/pipe") ?? false
          }
        }, "the pipe was opened")
      try command.signal(signal)
      XCTAssertEqual(try command.outcome(within: 2).exitCode, code)
    }
    XCTAssertFalse(exists("run"))
  }

  func testStepsReplaceEpochsAloud() throws {
    try prepare()
    let outcome = try effnet(train("run", ["training.epochs=1"]))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    let line = "training.epochs 1 replaces training.steps 8 (small.yaml:21)"
    XCTAssertTrue(outcome.output.contains(line + "\n"), outcome.output)
    let resolved = try String(contentsOfFile: path("run/configuration.yaml"), encoding: .utf8)
    XCTAssertTrue(resolved.hasPrefix("# \(line)\n"), resolved)
    try succeed(["train", "run/configuration.yaml", "--output", "again"])
    XCTAssertEqual(try summary("again").stateSHA256, try summary("run").stateSHA256)
    try assertFails(
      train("both", ["training.epochs=1", "training.steps=2"]), code: 2,
      ["give exactly one of epochs and steps"])
  }

  func testAFolderWithCharactersOfPatternsIsFoundAgain() throws {
    try prepare()
    try FileManager.default.createDirectory(
      atPath: path("12[7].pbs"), withIntermediateDirectories: true)
    try copy("data", to: "12[7].pbs/data")
    try copy("small.yaml", to: "12[7].pbs/small.yaml")
    try succeed(["train", "12[7].pbs/small.yaml", "--output", "run"])
    XCTAssertEqual(try summary("run").stateSHA256, try hash("other"))
    try succeed(["evaluate", "run/checkpoint-00000008.h5"])
    try succeed(["train", "run/configuration.yaml", "--output", "again"])
    XCTAssertEqual(try summary("again").stateSHA256, try summary("run").stateSHA256)
  }

  func testMoreRanksThanMicroBatchesAreRefused() throws {
    try prepare()
    try assertFails(
      train("run", ["batch.microBatch=8"]), ranks: 3, code: 2,
      ["3 ranks are more than the 2 micro-batches", "start fewer ranks", "batch.microBatch"])
    try assertFails(
      train("run", ["batch.rounds=4", "network.batchNormGroup=2"]), ranks: 3, code: 2,
      ["3 ranks are more than the 2 micro-batches", "batch.rounds 4", "fewer rounds"])
    XCTAssertFalse(exists("run"))
  }

  func testAFinishedRunIsNotOverwritten() throws {
    try prepare()
    let first = try hash("run")
    let before = files("run")
    for ranks in [nil, 2] {
      try assertFails(
        train("run"), ranks: ranks, code: 2,
        ["run already has checkpoints", "checkpoint-00000008.h5", "--resume", "--output"])
    }
    XCTAssertEqual(files("run"), before)
    XCTAssertEqual(try summary("run").stateSHA256, first)
  }
}
