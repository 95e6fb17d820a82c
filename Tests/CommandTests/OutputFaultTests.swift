import Foundation
import XCTest

final class OutputFaultTests: TrainingTestCase {
  func testAnOutputFolderThatCannotBeMadeIsNamed() throws {
    try prepare()
    // Permission bits do not stop root; a file in the place of a folder stops everyone.
    for ranks in [nil, 2] {
      try assertFails(
        train("small.yaml/run"), ranks: ranks, code: 7,
        ["the output folder small.yaml/run cannot be written", "not a directory", "--output"])
    }
    try assertFails(["pack", "source.h5", "small.yaml/out"], code: 7, ["small.yaml/out"])
    XCTAssertEqual(
      try String(contentsOfFile: path("small.yaml"), encoding: .utf8), Self.configuration)
  }

  func testAFullDiskLeavesEarlierCheckpointsWhole() throws {
    try prepare()
    let saving = ["checkpoint.everySteps=1", "checkpoint.keep=100"]
    let expected = try hash("undisturbed", saving)
    let size = try Data(contentsOf: folder.appending(path: "undisturbed/checkpoint-00000001.h5"))
      .count
    let disk = path("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    let room = "size=\(size * 7 / 2)"
    guard try system(["mount", "-t", "tmpfs", "-o", room, "effnet-test", disk]) == 0 else {
      throw XCTSkip("a small file system can be mounted only by root")
    }
    defer { XCTAssertEqual(try system(["umount", disk]), 0) }
    let fault = ["cannot be written", "No space left", "make room", "--resume"]
    try assertFails(
      train("disk/run", saving), ranks: 2, code: 7, ["checkpoint-00000004.h5"] + fault)
    XCTAssertEqual(checkpoints("disk/run"), (1...3).map { "checkpoint-0000000\($0).h5" })
    try assertFails(train("disk/run", saving, ["--resume"]), code: 7, fault)
    // A writer that was killed on a disk without a byte left leaves a name without content.
    try write("", to: "disk/run/checkpoint-00000004.h5.partial")
    _ = try system(["dd", "if=/dev/zero", "of=\(disk)/rest", "bs=4k"])
    try assertFails(train("disk/run", saving, ["--resume"]), code: 7, ["disk/run"])
    XCTAssertEqual(
      checkpoints("disk/run").filter { $0.hasSuffix(".h5") },
      (1...3).map { "checkpoint-0000000\($0).h5" })
    try FileManager.default.removeItem(atPath: path("disk/rest"))
    XCTAssertEqual(try system(["mount", "-o", "remount,size=\(20 * size)", disk]), 0)
    XCTAssertEqual(try hash("disk/run", saving, ["--resume"]), expected)
    XCTAssertFalse(checkpoints("disk/run").contains { $0.hasSuffix(".partial") })
    XCTAssertEqual(try loggedSteps("disk/run"), Array(1...8))
    try FileManager.default.removeItem(atPath: path("disk/run"))
    XCTAssertEqual(try system(["mount", "-o", "remount,size=8k", disk]), 0)
    try assertFails(["pack", "source.h5", "disk/data"], code: 7, ["disk/data", "No space left"])
    XCTAssertEqual(files("disk/data") ?? [], [])
  }

  func testAFileSizeLimitLeavesEarlierCheckpointsWhole() throws {
    try prepare()
    // MPI itself needs files of some megabytes; the checkpoints of this network have 23.
    let wide = ["network.width=0.5", "network.depth=1"]
    let expected = try hash("undisturbed", wide)
    _ = try hash("run", wide + ["training.steps=4"])
    // Blocks of 512 bytes; the signal would end the program before the write can fail.
    let limit = ["sh", "-c", "trap '' XFSZ; ulimit -f 32768; exec \"$@\"", "sh"]
    try assertFails(
      train("run", wide, ["--resume"]), wrapper: limit, code: 7,
      ["checkpoint-00000008.h5 cannot be written", "File too large", "--resume"])
    XCTAssertEqual(checkpoints("run"), ["checkpoint-00000004.h5"])
    XCTAssertEqual(try hash("run", wide, ["--resume"]), expected)
    XCTAssertEqual(try loggedSteps("run"), Array(1...8))
    let tooLittle = ["sh", "-c", "ulimit -f 5000; exec \"$@\"", "sh"]
    try assertFails(
      train("other", wide), wrapper: tooLittle, code: 7, ["2500 KiB", "those of MPI", "4096 KiB"])
    XCTAssertFalse(exists("other"))
  }

  func testALossThatIsNoNumberEndsTheRun() throws {
    try prepare()
    for ranks in [nil, 2] {
      try assertFails(
        train("run", ["schedule.learningRate=1e30"]), ranks: ranks, code: 6,
        ["the loss of step 2 is", "schedule.learningRate"])
      XCTAssertEqual(checkpoints("run"), [])
      XCTAssertEqual(try loggedSteps("run"), [1])
    }
  }

  func testDivergedWeightsAreNotSaved() throws {
    try prepare()
    try assertFails(
      train("run", ["schedule.learningRate=1e30", "training.steps=1"]), code: 6,
      ["the weights after step 1 have diverged", "schedule.learningRate"])
    XCTAssertEqual(checkpoints("run"), [])
    XCTAssertFalse(exists("run/summary.json"))
  }

  func testUnfinishedCheckpointsAreRemoved() throws {
    try prepare()
    try FileManager.default.createDirectory(
      atPath: path("run"), withIntermediateDirectories: false)
    try write("half", to: "run/checkpoint-00000003.h5.partial")
    try succeed(train("run"))
    XCTAssertEqual(checkpoints("run"), ["checkpoint-00000008.h5"])
  }

  func testLostStandardOutputIsNoSuccess() throws {
    let full = ["sh", "-c", "exec \"$@\" >/dev/full", "sh"]
    let outcome = try start(["inspect", "b0"], wrapper: full).outcome()
    XCTAssertEqual(outcome.exitCode, 7, outcome.errors)
    XCTAssertTrue(outcome.errors.contains("standard output cannot be written"), outcome.errors)
    // Whoever has seen enough may go.
    let closed = ["sh", "-c", "{ \"$@\"; echo $? >code; } | true; sleep 0.5", "sh"]
    _ = try start(["inspect", "b0"], wrapper: closed).outcome()
    XCTAssertEqual(try String(contentsOfFile: path("code"), encoding: .utf8), "0\n")
  }

  func testALogThatIsNoneIsReadInPiecesOrRefused() throws {
    try prepare()
    try succeed(train("run", ["training.steps=4"]))
    // Each run makes the file anew. A hole in it takes no room.
    func log() throws -> FileHandle {
      try FileHandle(forUpdating: folder.appending(path: "run/log.jsonl"))
    }
    var file = try log()
    try file.truncate(atOffset: 1 << 28)
    try file.seekToEnd()
    try file.write(contentsOf: Data("\n[[[[\n{\"step\":1e400}\n".utf8))
    try succeed(train("run", [], ["--resume"]))
    XCTAssertEqual(try loggedSteps("run"), Array(1...8))
    file = try log()
    for length in [1 << 31, 1 << 40] as [UInt64] {
      try file.truncate(atOffset: length)
      let limits = ["sh", "-c", "ulimit -v 8000000; exec \"$@\"", "sh"]
      try assertFails(
        train("run", ["training.steps=9"], ["--resume"]), wrapper: limits, code: 7,
        ["run/log.jsonl cannot be written: it has \(length) bytes", "move it away"])
    }
    XCTAssertEqual(unlink(path("run/log.jsonl")), 0)
    try succeed(train("run", ["training.steps=9"], ["--resume"]))
  }

  func testNobodyHasToReadStandardError() throws {
    try prepare()
    let silent = ["sh", "-c", "exec \"$@\" 2>/dev/full", "sh"]
    let bad = try start(train("run", ["batch.size=-1"]), wrapper: silent).outcome()
    XCTAssertEqual(bad.exitCode, 2)
    XCTAssertEqual(try start(["nonsense"], wrapper: silent).outcome().exitCode, 2)
    // A run that passes over its damaged newest checkpoint says so, and goes on all the same.
    try succeed(train("run", ["checkpoint.everySteps=4", "checkpoint.keep=2"]))
    try write("damaged", to: "run/checkpoint-00000008.h5")
    let outcome = try start(train("run", [], ["--resume"]), wrapper: silent).outcome()
    XCTAssertEqual(outcome.exitCode, 0)
  }
}
