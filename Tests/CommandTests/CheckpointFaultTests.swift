import Foundation
import HDF5
import XCTest

final class CheckpointFaultTests: TrainingTestCase {
  private let older = "checkpoint-00000002.h5"
  private let newest = "checkpoint-00000004.h5"
  private let half = ["training.steps=4", "checkpoint.everySteps=2"]

  /// Ways to damage the checkpoint at a path, with what is to be said of it.
  private var damages: [(name: String, parts: [String], body: (String) throws -> Void)] {
    [
      ("truncated", ["truncated"], { [self] in try truncate($0) }),
      ("not HDF5", ["not an HDF5 file"], { [self] in try write("nothing\n", to: $0) }),
      (
        "a link", ["leads nowhere"],
        { [self] file in
          try FileManager.default.removeItem(atPath: path(file))
          try FileManager.default.createSymbolicLink(
            atPath: path(file), withDestinationPath: "elsewhere")
        }
      ),
      (
        "another file", ["not a checkpoint"],
        { [self] file in
          let other = try HDF5File(creating: path(file))
          try other.setAttribute("format", to: "effnet-shard")
          try other.close()
        }
      ),
      (
        "version", ["version 2", "version 3"],
        { [self] file in
          let other = try HDF5File(creating: path(file))
          try other.createGroup("/effnet")
          try other.setAttribute("format", of: "/effnet", to: "effnet-checkpoint")
          try other.setAttribute("version", of: "/effnet", to: 2)
          try other.close()
        }
      ),
      (
        "a value", ["values of /effnet/weights/stem_conv/kernel do not match their checksum"],
        { [self] file in
          let values: [Float] = try HDF5File(reading: path(file))
            .read("/effnet/weights/stem_conv/kernel")
          let changed = Float(bitPattern: values[10].bitPattern ^ 1)
          try replace(10, of: values, with: changed, in: file)
        }
      ),
    ]
  }

  func testDamagedCheckpointsAreNotEvaluated() throws {
    try prepare()
    _ = try hash("run", half)
    try assertFails(
      ["evaluate", "run/nowhere.h5"], code: 3, ["no checkpoint run/nowhere.h5", "path"])
    for (name, parts, damage) in damages {
      let file = "run/\(name).h5"
      try copy("run/\(newest)", to: file)
      try damage(file)
      try assertFails(["evaluate", file], code: 3, [file] + parts)
    }
    try assertFails(["evaluate", "run/truncated.h5"], ranks: 2, code: 3, ["run/truncated.h5"])
  }

  func testARunGoesOnFromTheNewestGoodCheckpoint() throws {
    try prepare()
    let expected = try hash("undisturbed")
    _ = try hash("run", half)
    for (name, parts, damage) in damages {
      try copy("run", to: name)
      try damage("\(name)/\(newest)")
      if name == "version" {
        // The program that wrote it can read it.
        try assertFails(train(name, [], ["--resume"]), code: 3, ["\(name)/\(newest)"] + parts)
        XCTAssertEqual(checkpoints(name), [older, newest])
        continue
      }
      let outcome = try effnet(train(name, [], ["--resume"]))
      XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
      XCTAssertEqual(outcome.messages.count, 1, outcome.errors)
      for part in ["passed over", "\(name)/\(newest)"] + parts {
        XCTAssertTrue(outcome.errors.contains(part), "no \(part) in \(outcome.errors)")
      }
      XCTAssertEqual(try summary(name).stateSHA256, expected, name)
      XCTAssertEqual(try loggedSteps(name), Array(1...8), name)
    }
  }

  func testARunWithoutGoodCheckpointDoesNotGoOn() throws {
    try prepare()
    _ = try hash("run", half)
    for (name, parts, damage) in damages {
      try copy("run", to: name)
      for file in [older, newest] { try damage("\(name)/\(file)") }
      try assertFails(train(name, [], ["--resume"]), code: 3, ["\(name)/\(newest)"] + parts)
      XCTAssertEqual(files(name), files("run"), name)
    }
  }

  func testWhatAnotherRunStillWritesIsReadOnceItHasEnded() throws {
    try prepare()
    let expected = try hash("undisturbed")
    _ = try hash("run", half)
    try FileManager.default.createDirectory(
      atPath: path("new"), withIntermediateDirectories: false)
    let locks = ["run/.lock", "new/.lock"].map {
      open(path($0), O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    }
    defer { close(locks[1]) }
    for lock in locks { XCTAssertEqual(flock(lock, LOCK_EX | LOCK_NB), 0) }
    try assertFails(train("new"), code: 2, ["another run is writing in new;"])

    let resume = train("run", [], ["--resume"])
    func waiting() throws -> Command {
      let command = try start(resume, ranks: 2)
      try command.run(until: { command.errors.contains("waiting up to") }, "it waited")
      return command
    }
    let mistaken = try waiting()
    try mistaken.signal(SIGTERM, rank: 0)
    let stopped = try mistaken.outcome(within: 10)
    XCTAssertEqual(stopped.exitCode, 143, stopped.errors)
    XCTAssertTrue(
      stopped.errors.contains("stopped by SIGTERM while another run was writing in "),
      stopped.errors)
    let late = path("late.h5")
    try FileManager.default.moveItem(atPath: path("run/\(newest)"), toPath: late)
    let command = try waiting()
    try FileManager.default.moveItem(atPath: late, toPath: path("run/\(newest)"))
    close(locks[0])
    let outcome = try command.outcome()
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.output.contains("going on after step 4"), outcome.output)
    XCTAssertEqual(try summary("run").stateSHA256, expected)
    XCTAssertEqual(try loggedSteps("run"), Array(1...8))
  }

  func testResumingBeforeTheFirstCheckpointBeginsAnewAloud() throws {
    try prepare()
    let undisturbed = try hash("undisturbed")
    let outcome = try effnet(train("run", [], ["--resume"]), ranks: 2)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(
      outcome.messages.contains { $0.contains("no checkpoint in run yet") }, outcome.errors)
    XCTAssertEqual(try summary("run").stateSHA256, undisturbed)
  }

  func testAnotherConfigurationDoesNotGoOn() throws {
    try prepare()
    _ = try hash("run", half)
    let before = files("run")
    let log = try loggedSteps("run")
    for (override, part) in [
      ("network.width=0.5", "tensor stem_conv/kernel was [3, 3, 1, 8] and is [3, 3, 1, 16];"),
      ("network.resolution=40", "section network differs"),
      ("batch.size=8", "section batch differs"), ("training.seed=3", "training.seed differs"),
      ("data.shuffleRun=2", "data.shuffleRun or data.shuffleWindow differs"),
      ("optimizer.kind=sgd", "optimizer.kind differs"),
      ("averaging.decay=0", "averaging.decay, on or off, differs"),
    ] {
      try assertFails(
        train("run", [override], ["--resume"]), code: 2,
        ["checkpoint", "run", part, "another --output"])
    }
    try assertFails(
      train("run", ["network.width=0.5"], ["--resume"]), ranks: 3, code: 2, ["stem_conv/kernel"])
    XCTAssertEqual(files("run"), before)
    XCTAssertEqual(try loggedSteps("run"), log)
  }
}
