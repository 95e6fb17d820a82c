import XCTest

/// `data.holdOut` and `data.validateOn` from configuration to evaluation.
final class HoldOutTests: TrainingTestCase {
  private let heldOut = ["data.holdOut=0.25", "data.validateOn=heldOut"]

  /// What `evaluate --json` prints.
  private struct Measurement: Decodable {
    let count: Int
    let top1: Double
  }

  private func measurement(_ arguments: [String]) throws -> Measurement {
    let output = try succeed(["evaluate", "run/checkpoint-00000008.h5", "--json"] + arguments)
      .output
    return try JSONDecoder().decode(Measurement.self, from: Data(output.utf8))
  }

  func testARunGoesOnAndIsEvaluatedOnWhatItHeldOut() throws {
    try prepare()
    let whole = try hash("whole", heldOut)
    let told = try succeed(train("run", heldOut + ["training.steps=5"]), ranks: 2).output
    XCTAssertTrue(told.contains("45 training and 15 held-out images"), told)
    XCTAssertEqual(try hash("run", heldOut, ["--resume"], ranks: 3), whole)
    let page = try String(contentsOfFile: path("run/report.html"), encoding: .utf8)
    XCTAssertTrue(page.contains("held-out images"))
    let measured = try measurement([])
    XCTAssertEqual(measured.count, 15)
    XCTAssertEqual(measured.top1, try summary("run").top1)
    XCTAssertEqual(
      try measurement(["--data", "data/validation-*.h5"]).count, Self.validationCount)
  }

  func testTheValidationDataMayConfirmARunThatHoldsOut() throws {
    try prepare()
    let selected = try hash("selected", heldOut)
    XCTAssertEqual(try hash("run", ["data.holdOut=0.25"]), selected)
    XCTAssertEqual(try measurement([]).count, Self.validationCount)
  }

  func testNothingHeldOutChangesNoBit() throws {
    try prepare()
    let plain = try hash("plain")
    XCTAssertEqual(try hash("zero", ["data.holdOut=0"]), plain)
    XCTAssertNotEqual(try hash("held-out", ["data.holdOut=0.25"]), plain)
  }

  func testARunDoesNotGoOnWithAnotherPart() throws {
    try prepare()
    _ = try hash("run", heldOut + ["training.steps=4"])
    for share in ["0.3", "0"] {
      try assertFails(
        train("run", ["data.holdOut=\(share)"], ["--resume"]), code: 2,
        ["made with another configuration", "data.holdOut differs"])
    }
  }

  func testWhatWasHeldOutIsNotGuessed() throws {
    try prepare()
    _ = try hash("run", heldOut)
    try FileManager.default.removeItem(atPath: path("data"))
    try FileManager.default.removeItem(atPath: path("source.h5"))
    try prepare(trainingImages: 59)
    try assertFails(
      ["evaluate", "run/checkpoint-00000008.h5"], code: 3,
      ["data.train has other images than the run was trained with", "--data"])
  }

  func testWrongSharesAreRefused() throws {
    try prepare()
    for (overrides, parts) in [
      (["data.validateOn=heldOut"], ["data.validateOn", "data.holdOut above 0"]),
      (
        ["data.holdOut=0", "data.validateOn=heldOut"], ["data.validateOn", "data.holdOut above 0"]
      ),
      (["data.holdOut=0.95"], ["data.holdOut", "allowed: 0 to 0.9"]),
      (["data.holdOut=0.2", "data.validateOn=training"], ["data.validateOn", "heldOut"]),
      (["data.holdOut=0.001"], ["data.holdOut: 0.001 of 60 images is none"]),
    ] {
      try assertFails(train("run", overrides), code: 2, parts)
    }
    XCTAssertFalse(exists("run/checkpoint-00000008.h5"))
  }

  func testAClassIsNotLost() throws {
    try prepare(trainingImages: 8)
    for ranks in [nil, 2] {
      try assertFails(
        train("run", ["data.holdOut=0.9"]), ranks: ranks, code: 2,
        ["data.holdOut: class ", "left to train on", "smaller share"])
    }
  }
}
