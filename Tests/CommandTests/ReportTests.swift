import Foundation
import HDF5
import XCTest

final class ReportTests: TrainingTestCase {
  private func object(_ text: String) throws -> [String: Any] {
    try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], text)
  }

  func testInspectPrintsTheCountsOfEveryVariant() throws {
    // Exact for these two; for all others NetworksTests compares with the published numbers.
    for (variant, parameters, multiplyAdds) in [
      ("b0", 5_288_548, 385_814_752), ("lite0", 4_652_008, 385_187_552),
    ] {
      let report = try object(succeed(["inspect", variant, "--json"]).output)
      XCTAssertEqual(report["parameters"] as? Int, parameters)
      XCTAssertEqual(report["multiplyAdds"] as? Int, multiplyAdds)
    }
    for variant in (1...8).map({ "b\($0)" }) + (1...4).map({ "lite\($0)" }) {
      let report = try object(succeed(["inspect", variant, "--json"]).output)
      XCTAssertGreaterThan(try XCTUnwrap(report["parameters"] as? Int), 5_000_000, variant)
      XCTAssertGreaterThan(try XCTUnwrap(report["multiplyAdds"] as? Int), 500_000_000, variant)
    }
  }

  /// Path of a file in `Tests/Fixtures`.
  private var fixture: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/small.h5").path
  }

  func testVerifyHoldsOnEveryNumberOfRanks() throws {
    for ranks in [nil, 1, 2, 4] {
      let report = try object(succeed(["verify", fixture, "--json"], ranks: ranks).output)
      XCTAssertEqual(report["holds"] as? Bool, true)
    }
  }

  func testVerifyFindsOneChangedValue() throws {
    try FileManager.default.copyItem(atPath: fixture, toPath: path("changed.h5"))
    let tensor = "train/gradients/stem_conv/kernel:0"
    let values: [Float] = try HDF5File(reading: fixture).read(tensor)
    try replace(3, of: values, with: values[3] + 1, in: "changed.h5")
    for ranks in [nil, 2] {
      try assertFails(
        ["verify", "changed.h5", "--json"], ranks: ranks, code: 1,
        ["changed.h5: 1 of", "out of tolerance", tensor])
    }
    try assertFails(["verify", "nowhere.h5"], code: 3, ["nowhere.h5", "no such file"])
  }

  /// What `evaluate --json` prints; `JSONSerialization` would not keep the last bits of the loss.
  private struct Measurement: Decodable {
    let count: Int
    let top1, loss: Double
  }

  private func measurement(_ text: String) throws -> Measurement {
    try JSONDecoder().decode(Measurement.self, from: Data(text.utf8))
  }

  func testEvaluateTellsTheSameOnEveryNumberOfRanks() throws {
    try prepare()
    try succeed(train("run"), ranks: 3)
    let command = ["evaluate", "run/checkpoint-00000008.h5", "--json"]
    let alone = try succeed(command).output
    // Nine images are five micro-batches.
    for ranks in [1, 2, 3, 7] {
      XCTAssertEqual(try succeed(command, ranks: ranks).output, alone, "\(ranks) ranks")
    }
    let result = try measurement(alone)
    XCTAssertEqual(result.count, Self.validationCount)
    XCTAssertEqual(result.top1, try summary("run").top1)
    XCTAssertEqual(result.loss, try loggedEvaluations("run").last?.loss)
    let training = try measurement(succeed(command + ["--data", "data/train-*.h5"]).output)
    XCTAssertEqual(training.count, 60)
    try assertFails(
      command + ["--data", "data/nothing-*.h5"], code: 3, ["there is no shard", "data/nothing-*"])
  }

  func testProbabilitiesAreTheSameFileOnEveryNumberOfRanks() throws {
    try prepare()
    try succeed(train("run"))
    let command = ["evaluate", "run/checkpoint-00000008.h5", "--json", "--probabilities"]
    let output = try succeed(Array(command.dropLast())).output
    let alone = path("alone.h5")
    XCTAssertEqual(try succeed(command + [alone]).output, output)
    for ranks in [2, 3, 7] {
      XCTAssertEqual(try succeed(command + ["\(ranks).h5"], ranks: ranks).output, output)
      XCTAssertTrue(
        FileManager.default.contentsEqual(atPath: path("\(ranks).h5"), andPath: alone),
        "\(ranks) ranks")
    }
    for ranks in [nil, 2] {
      try assertFails(
        command + [alone], ranks: ranks, code: 2, ["alone.h5 exists", "another file"])
      try assertFails(
        command + ["nowhere/p.h5"], ranks: ranks, code: 7,
        ["nowhere/p.h5 cannot be written", "no such file or directory", "--probabilities"])
    }
  }

  func testCorrectnessIsTheSameFileOnEveryNumberOfRanks() throws {
    try prepare()
    try succeed(train("run"))
    let command = ["evaluate", "run/checkpoint-00000008.h5", "--json", "--correctness"]
    let output = try succeed(Array(command.dropLast())).output
    let alone = path("alone.h5")
    XCTAssertEqual(try succeed(command + [alone]).output, output)
    let correct = try HDF5File(reading: alone).read("correct", as: UInt8.self)
    XCTAssertEqual(correct.reduce(0) { $0 + Int($1) }, try object(output)["correct"] as? Int)
    XCTAssertEqual(correct.count, Self.validationCount)
    for ranks in [2, 3] {
      XCTAssertEqual(try succeed(command + ["\(ranks).h5"], ranks: ranks).output, output)
      XCTAssertTrue(
        FileManager.default.contentsEqual(atPath: path("\(ranks).h5"), andPath: alone),
        "\(ranks) ranks")
    }
    for ranks in [nil, 2] {
      try assertFails(
        command + [alone], ranks: ranks, code: 2, ["alone.h5 exists", "another file"])
      try assertFails(
        command + ["nowhere/c.h5"], ranks: ranks, code: 7,
        ["nowhere/c.h5 cannot be written", "--correctness"])
    }
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  private func eventFiles(_ run: String = "run") -> [String] {
    (files(run) ?? []).filter { $0.hasPrefix("events.out.tfevents.") }
  }

  func testARunHasAPageAndEvents() throws {
    try prepare()
    let evaluations = ["training.evaluateEveryEpochs=1", "training.steps=4"]
    try succeed(train("run", evaluations), ranks: 2)
    let page = try text("run/report.html")
    for part in [
      "finished</span>", "EfficientNet-B0, width 0.25, depth 0.3 at 32 × 32", "2 on 1 host",
      "validation-00000-of-00001.h5 image", "data:image/jpeg;base64,", "class=\"confusion\"",
      "microBatch: 2",
    ] {
      XCTAssertTrue(page.contains(part), part)
    }
    XCTAssertFalse(page.contains("http-equiv=\"refresh\""))
    XCTAssertEqual(eventFiles().count, 1)
    // The page of a run that is finished stays as it is.
    try assertNotices(train("run", evaluations, ["--resume"]), "is finished")
    XCTAssertEqual(try text("run/report.html"), page)
    XCTAssertEqual(eventFiles().count, 1)
    // A run that goes on has the curves of its log from the beginning, and another event file.
    try succeed(train("run", ["training.evaluateEveryEpochs=1"], ["--resume"]), ranks: 3)
    let longer = try text("run/report.html")
    XCTAssertEqual(eventFiles().count, 2)
    for step in 1...8 {
      let epoch = step % 4 == 0 ? "\(step / 4)" : String(format: "%.2f", Double(step) / 4)
      XCTAssertTrue(longer.contains("<title>epoch \(epoch)\n"), "step \(step)")
    }
  }

  private func assertNotices(_ arguments: [String], _ notice: String) throws {
    let outcome = try effnet(arguments)
    XCTAssertEqual(outcome.exitCode, 0)
    XCTAssertTrue(outcome.errors.contains(notice), outcome.errors)
  }

  func testARunThatEndsEarlySaysWhy() throws {
    try prepare()
    try assertFails(
      train("run", ["schedule.learningRate=1e30"]), code: 6, ["the loss of step 2 is"])
    let page = try text("run/report.html")
    XCTAssertTrue(page.contains("stopped: the loss of step 2 is"))
    XCTAssertFalse(page.contains("http-equiv=\"refresh\""))
  }

  func testTop5IsToldOfMoreThanTenClassesAlone() throws {
    for classes in [10, 11] {
      try prepare(classes: classes)
      let run = "run-\(classes)"
      let told = try succeed(train(run), ranks: 2).output
      let lines = try text("\(run)/log.jsonl").split(separator: "\n").map { try object("\($0)") }
      let evaluated = try object(
        succeed(["evaluate", "\(run)/checkpoint-00000008.h5", "--json"]).output)
      let summary = try object(text("\(run)/summary.json"))
      let page = try text("\(run)/report.html")
      let events = try Data(contentsOf: URL(fileURLWithPath: path("\(run)/\(eventFiles(run)[0])")))
      let isTold = classes > 10
      XCTAssertEqual(told.components(separatedBy: "top-5 ").count, isTold ? 10 : 1, told)
      XCTAssertEqual(lines.filter { $0["top5"] != nil }.count, isTold ? 8 : 0)
      XCTAssertEqual(lines.filter { $0["validationTop5"] != nil }.count, isTold ? 1 : 0)
      XCTAssertEqual(summary["top5"] as? Double, evaluated["top5"] as? Double)
      XCTAssertEqual(evaluated["correctTop5"] != nil, isTold)
      for part in ["validation top-5", ">Top-5<", ", top-5 "] {
        XCTAssertEqual(page.contains(part), isTold, part)
      }
      for tag in ["top5/train", "top5/validation"] {
        XCTAssertEqual(events.range(of: Data(tag.utf8)) != nil, isTold, tag)
      }
      try FileManager.default.removeItem(atPath: path("data"))
      try FileManager.default.removeItem(atPath: path("source.h5"))
    }
  }

  func testEvaluateWritesAPage() throws {
    try prepare()
    try succeed(train("run"))
    let command = ["evaluate", "run/checkpoint-00000008.h5", "--json"]
    let output = try succeed(command).output
    XCTAssertEqual(try succeed(command + ["--report", "page.html"], ranks: 2).output, output)
    let page = try text("page.html")
    XCTAssertTrue(page.contains("after epoch 2 (step 8)"))
    XCTAssertTrue(page.contains("class=\"confusion\""))
    XCTAssertEqual(try succeed(command + ["--report", "alone.html"]).output, output)
    XCTAssertEqual(try text("alone.html"), page)
    for ranks in [nil, 2] {
      try assertFails(
        command + ["--report", "page.html"], ranks: ranks, code: 2,
        ["page.html exists", "another file"])
      try assertFails(
        command + ["--report", "nowhere/page.html"], ranks: ranks, code: 7,
        ["nowhere/page.html cannot be written", "--report"])
    }
  }
}
