import Foundation
import XCTest

/// What `benchmark` prints and writes for other programs.
final class BenchmarkTests: CommandTestCase {
  /// The laps follow each other without a gap; what is missing is a call of the clock.
  private let gapTolerance = 0.03

  private let step = [
    "benchmark", "step", "--model", "b0", "--resolution", "32", "--batch", "4", "--steps", "2",
  ]

  private func object(_ text: String) throws -> [String: Any] {
    try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], text)
  }

  private func number(_ object: [String: Any], _ key: String) throws -> Double {
    try XCTUnwrap(object[key] as? Double, key)
  }

  func testEveryFieldIsThereWithAndWithoutProfile() throws {
    for (mode, options) in [("training", []), ("evaluation", ["--evaluate"])] {
      let report = try object(succeed(step + ["--json"] + options).output)
      XCTAssertEqual(report["mode"] as? String, mode)
      XCTAssertEqual(report["coreType"] is String, true)
      for key in [
        "imagesPerSecond", "stepSeconds", "shortestStepSeconds", "longestStepSeconds",
        "sgemmGigaflops", "fractionOfSGEMM", "peakResidentBytes", "ranks", "batch", "resolution",
      ] { XCTAssertGreaterThan(try number(report, key), 0, key) }
      for key in ["bytesPerImage", "copyBytesPerSecond"] {
        XCTAssertEqual(report[key] is Double, mode == "training", key)
      }
      XCTAssertNil(report["profile"])
      let network = try object(
        succeed(["inspect", "b0", "--resolution", "32", "--json"]).output)
      XCTAssertEqual(
        try number(report, "fractionOfSGEMM") * number(report, "sgemmGigaflops") * 1e9
          / number(report, "imagesPerSecond") / number(network, "multiplyAdds"),
        mode == "training" ? 6 : 2, accuracy: 1e-9)
    }
  }

  func testAProfileAddsUpToTheStep() throws {
    for options in [["--micro-batch", "1"], []] {
      let report = try object(succeed(step + ["--json", "--profile"] + options).output)
      let profile = try XCTUnwrap(report["profile"] as? [String: Any])
      let stepSeconds = try number(profile, "stepSeconds")
      XCTAssertLessThan(abs(try number(profile, "difference")), gapTolerance)
      for key in ["operations", "blocks"] {
        let parts = try XCTUnwrap(profile[key] as? [[String: Any]])
        let seconds = try parts.reduce(0) { try $0 + number($1, "secondsPerImage") }
        XCTAssertEqual(4 * seconds / stepSeconds, 1, accuracy: gapTolerance, key)
        XCTAssertEqual(try parts.reduce(0) { try $0 + number($1, "share") }, 1, accuracy: 1e-9)
        let bytes = try parts.reduce(0) { try $0 + number($1, "bytesPerImage") }
        XCTAssertEqual(try bytes / number(report, "bytesPerImage"), 1, accuracy: 1e-9, key)
      }
      let table = try succeed(step + ["--profile"] + options).output
      for text in ["depthwise", "block2b", "recomputed", "stored", "MB moved an image"] {
        XCTAssertTrue(table.contains(text), "\(text) is not in \(table)")
      }
    }
  }

  func testEvaluationHasNoProfile() throws {
    let outcome = try effnet(step + ["--evaluate", "--profile"])
    XCTAssertEqual(outcome.exitCode, 2)
    XCTAssertTrue(outcome.errors.contains("leave out --evaluate"), outcome.errors)
  }

  func testEveryRankWritesATraceOfItsLaps() throws {
    for (ranks, files) in [(nil, ["trace.json"]), (2, ["trace.json", "trace.json.rank1"])] {
      try succeed(step + ["--trace", "trace.json"], ranks: ranks)
      XCTAssertEqual(self.files(""), files)
      for (rank, file) in files.enumerated() {
        let trace = try object(String(contentsOfFile: path(file), encoding: .utf8))
        let events = try XCTUnwrap(trace["traceEvents"] as? [[String: Any]])
        XCTAssertGreaterThan(events.count, 500)
        var end = 0.0
        for event in events {
          XCTAssertEqual(event["ph"] as? String, "X")
          XCTAssertEqual(event["pid"] as? Int, rank)
          XCTAssertEqual(event["tid"] as? Int, 0)
          // Microseconds with three decimals.
          XCTAssertEqual(try number(event, "ts"), end, accuracy: 1e-3)
          end = try number(event, "ts") + number(event, "dur")
        }
        let names = Set(events.compactMap { $0["name"] as? String })
        XCTAssertTrue(names.isSuperset(of: ["projection block2b", "optimizer step"]), "\(names)")
        XCTAssertEqual(
          Set(events.compactMap { $0["cat"] as? String }), ["forward", "backward", "update"])
      }
    }
    try assertFails(
      step + ["--trace", "nowhere/trace.json"], code: 7,
      ["nowhere/trace.json cannot be written", "--trace"])
  }

  func testKernelsAreCheckedTimedAndFiltered() throws {
    let command = ["benchmark", "kernels", "--only", "Residual"]
    let report = try object(succeed(command + ["--json"]).output)
    let kernels = try XCTUnwrap(report["kernels"] as? [[String: Any]])
    XCTAssertEqual(kernels.compactMap { $0["name"] as? String }, ["residual", "residual"])
    for kernel in kernels {
      XCTAssertEqual(kernel["bound"] as? String, "memory copy")
      for key in ["seconds", "gigaflops", "bytesPerSecond", "shareOfBound", "deviation"] {
        XCTAssertGreaterThan(try number(kernel, key), 0, key)
      }
    }
    let table = try succeed(command).output
    XCTAssertTrue(table.contains("residual  3136×24"), table)
    try assertFails(
      ["benchmark", "kernels", "--only", "nothing"], code: 2, ["--only nothing", "no such kernel"])
  }
}
