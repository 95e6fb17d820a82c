import Foundation
import XCTest

/// What `benchmark exchange` and `benchmark scaling` print and write.
final class ScalingBenchmarkTests: CommandTestCase {
  /// Seconds: what clocks round off, half a nanosecond a reading.
  private let lossTolerance = 1e-6

  private func object(_ text: String) throws -> [String: Any] {
    try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], text)
  }

  private func number(_ object: Any?, _ key: String) throws -> Double {
    try XCTUnwrap((object as? [String: Any])?[key] as? Double, "\(key) of \(object ?? "nothing")")
  }

  func testExchangesAreTimedAndChecked() throws {
    for ranks in [2, 3] {
      let report = try object(
        succeed(
          [
            "benchmark", "exchange", "--sizes", "8,2K", "300008", "--seconds", "0.02", "--json",
          ], ranks: ranks
        ).output)
      XCTAssertEqual(report["ranks"] as? Int, ranks)
      XCTAssertEqual(report["wrong"] as? Int, 0)
      let lines = try XCTUnwrap(report["lines"] as? [[String: Any]])
      XCTAssertEqual(lines.compactMap { $0["bytes"] as? Int }, [8, 2048, 300_008])
      for line in lines {
        XCTAssertEqual(line["wrong"] as? Int, 0)
        for way in ["tree", "library"] {
          let seconds = try number(line[way], "seconds")
          XCTAssertEqual(
            try number(line[way], "busBytesPerSecond") * seconds / number(line, "bytes"),
            2 * Double(ranks - 1) / Double(ranks), accuracy: 1e-9)
        }
      }
      let hosts = try XCTUnwrap(report["hosts"] as? [String: Any])
      XCTAssertEqual((hosts["places"] as? [Any])?.count, ranks)
    }
    let table = try succeed(
      ["benchmark", "exchange", "--sizes", "2K", "--seconds", "0.01"], ranks: 2
    ).output
    for text in ["rank 0 on processor", "MPI_Allreduce", "2,048", "2 KiB", "All contents right."] {
      XCTAssertTrue(table.contains(text), "\(text) is not in \(table)")
    }
  }

  func testAnExchangeTakesTwoRanksAndWholeNumbers() throws {
    try assertFails(["benchmark", "exchange"], code: 2, ["mpirun -n 2"])
    let outcome = try effnet(["benchmark", "exchange", "--sizes", "3"])
    XCTAssertEqual(outcome.exitCode, 2)
    XCTAssertTrue(outcome.errors.contains("multiples of 8"), outcome.errors)
  }

  private let scaling = [
    "benchmark", "scaling", "--model", "lite0", "--resolution", "32", "--batch", "4", "--steps",
    "3",
    "--repetitions", "2", "--output", "report",
  ]

  func testAReportIsWhole() throws {
    let printed = try succeed(scaling + ["--link", "100us,1gbit"]).output
    XCTAssertTrue(printed.contains("report/scaling.html"), printed)
    let report = try object(
      String(contentsOfFile: path("report/scaling.json"), encoding: .utf8))
    let points = try XCTUnwrap(report["points"] as? [[String: Any]])
    XCTAssertEqual(
      points.compactMap { $0["name"] as? String },
      ["1 rank alone", "1 rank, 1 busy beside", "weak, 2 ranks", "strong, 2 ranks"])
    for point in points {
      let raw = try XCTUnwrap(point["rawStepSeconds"] as? [[Double]])
      XCTAssertEqual(raw.map(\.count), [3, 3])
      let speed = point["imagesPerSecond"]
      XCTAssertLessThanOrEqual(try number(speed, "low"), try number(speed, "value"))
      XCTAssertGreaterThanOrEqual(try number(speed, "high"), try number(speed, "value"))
      XCTAssertNotNil((point["model"] as? [String: Any])?["residual"] as? Double)
    }
    for point in points.suffix(2) {
      let loss = try XCTUnwrap(point["loss"] as? [String: Any])
      let whole = try number(loss, "step") - number(loss, "perfect")
      let parts = try [
        "gradientExchange", "batchNormExchange", "imbalance", "data", "slowerCompute",
      ].reduce(0) { try $0 + number(loss, $1) }
      XCTAssertEqual(parts, whole, accuracy: lossTolerance)
      XCTAssertEqual(try number(loss, "data"), 0)
      let places = (point["hostMap"] as? [String: Any])?["places"] as? [[String: Any]]
      XCTAssertEqual(places?.compactMap { $0["processors"] as? [Int] }.map(\.count), [1, 1])
    }
    let predictions = try XCTUnwrap(report["predictions"] as? [[String: Any]])
    XCTAssertEqual(predictions.count, 4)
    for prediction in predictions {
      XCTAssertEqual(prediction["isPredicted"] as? Bool, true)
      let rows = try XCTUnwrap(prediction["rows"] as? [[String: Any]])
      XCTAssertEqual(rows.last?["ranks"] as? Int, 4096)
      XCTAssertEqual(try number(rows.first, "efficiency"), 1, accuracy: 1e-9)
      XCTAssertEqual(try number(rows.first, "evenEfficiency"), 1, accuracy: 1e-9)
    }
    let page = try String(contentsOfFile: path("report/scaling.html"), encoding: .utf8)
    let text = try String(contentsOfFile: path("report/scaling.md"), encoding: .utf8)
    for part in ["predicted", "100us,1gbit", "exposed gradient exchange", "weak, 2 ranks"] {
      XCTAssertTrue(page.contains(part), part)
      XCTAssertTrue(text.contains(part), part)
    }
  }

  func testWhatMeasuresNoSpeedIsRefusedOrMarked() throws {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    let many = "1,\(processors + 1)"
    try assertFails(
      scaling + ["--ranks", many, "--weak"], code: 2,
      ["processors of this host", "--oversubscribe"])
    try succeed([
      "benchmark", "scaling", "--model", "lite0", "--resolution", "32", "--batch", "1", "--steps",
      "1", "--repetitions", "1", "--output", "report", "--ranks", many, "--weak",
      "--oversubscribe",
    ])
    for file in ["scaling.html", "scaling.md"] {
      let text = try String(contentsOfFile: path("report/\(file)"), encoding: .utf8)
      XCTAssertTrue(text.lowercased().contains("no measurement of speed"), file)
    }
  }

  func testABusyNeighbourThatDiesIsNoticed() throws {
    let others = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    try write(
      """
      #!/bin/sh
      case "$*" in *--first-processor*) echo "effnet: no memory" >&2; exit 3 ;; esac
      PATH='\(others)' exec mpirun "$@"
      """, to: "mpirun")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path("mpirun"))
    try assertFails(
      scaling + ["--ranks", "1,2", "--weak", "--oversubscribe"],
      wrapper: ["env", "PATH=\(folder.path):\(others)"], code: 3, ["no memory"])
  }

  func testUsageErrorsNameTheCure() throws {
    try assertFails(scaling + ["--ranks", "1,2", "--batch", "5"], code: 2, ["--batch 5"])
    try assertFails(
      scaling + ["--hosts", "nowhere"], code: 2, ["the host file nowhere cannot be read"])
    let outcome = try effnet(scaling + ["--link", "fast"])
    XCTAssertEqual(outcome.exitCode, 2)
    XCTAssertTrue(outcome.errors.contains("100us,1gbit"), outcome.errors)
  }
}
