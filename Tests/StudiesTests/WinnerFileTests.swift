import Networks
import Studies
import Training
import XCTest

/// What a study hands on to `effnet train`.
final class WinnerFileTests: WinnerCase {
  func testTheConfigurationIsThatOfTheTrainingInTheLedger() throws {
    for kind in [StudyKind.scaling, .grid, .architecture] {
      let study = try doneStudy(kind)
      let results = try StudyResults(study)
      let training = try XCTUnwrap(WinnerTraining(study, results))
      let winner = try XCTUnwrap(results.winner)
      let text = WinnerFile(training).text
      let read = try Configuration(yaml: text)
      XCTAssertEqual(read, try study.recipe.configuration(of: training.trial))
      XCTAssertEqual(read.training.seed, winner.seed)
      // What the text describes has the identity that the ledger has, whoever reads it.
      let recipe = Recipe(
        read, classes: study.recipe.classes, dataDigests: study.recipe.dataDigests)
      XCTAssertEqual(recipe.base, training.trial.network)
      XCTAssertEqual(
        try recipe.trial(recipe.base, seed: 0, on: .validation).identity, winner.identity)
      for part in [winner.name, winner.identity, stateSHA256, "effnet train winner.yaml"] {
        XCTAssertTrue(text.contains(part), "\(kind): \(part)")
      }
    }
  }

  func testTheKerasFormIsOfTheNetworkAsItIsEvaluated() throws {
    let study = try doneStudy(.scaling, ["network.evaluationResolution=24"])
    let training = try XCTUnwrap(WinnerTraining(study, StudyResults(study)))
    let form = KerasForm(training)
    let side = training.trial.network.architecture.resolution * 3 / 2
    XCTAssertEqual(form.inputShape, [side, side, 1])
    XCTAssertEqual(form.normalization.mean, [0.5])
    XCTAssertEqual(form.normalization.variance, [0.0625])
    XCTAssertEqual(form.network["classes"], .whole(3))
  }

  func testAStudyWithoutAWinnerHandsNothingOn() throws {
    let done = try doneStudy(.grid)
    let study = try Study(.grid, done.configuration)
    XCTAssertNil(try WinnerFiles(study, StudyResults(study)))
  }

  func testAnotherStudyThanAGridHasNoFamily() throws {
    let study = try doneStudy(.architecture)
    let files = try XCTUnwrap(WinnerFiles(study, StudyResults(study))).files
    XCTAssertEqual(files.map(\.name), ["winner.yaml", "winner-keras.json"])
  }

  func testNamesBringNoLinesOfTheirOwnIntoComments() {
    var comments = CommentLines()
    comments.add("even\nnetwork: {width: 9}\u{2028}x\r\u{85}y \u{1B}[2J")
    comments.add(verbatim: "a\n- b")
    comments.add(String(repeating: "word ", count: 100))
    let lines = comments.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    XCTAssertGreaterThan(lines.count, 4)
    for line in lines {
      XCTAssertTrue(line.hasPrefix("#"), "\(line)")
      XCTAssertLessThanOrEqual(line.count, 100)
      XCTAssertFalse(line.unicodeScalars.contains { $0.properties.generalCategory == .control })
      XCTAssertFalse(line.contains("\u{2028}"))
    }
  }
}
