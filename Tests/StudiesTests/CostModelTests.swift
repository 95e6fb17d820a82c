import Studies
import XCTest

/// What is learned about how long trainings take.
final class CostModelTests: StudyCase {
  /// Seconds of a unit, and those that it takes to end a training.
  private let (rate, ending) = (0.01, 0.2)

  private func learn(
    _ model: inout CostModel, units: Double, of whole: Double, ranks: Int = 1
  ) {
    model.learn(
      seconds: (units * rate + ending) / Double(ranks), startSeconds: 0.1, units: units, of: whole,
      ranks: ranks)
  }

  private func rate(_ model: CostModel) throws -> Double {
    try XCTUnwrap(model.seconds(units: 1, ranks: 1))
  }

  func testNothingIsKnownBeforeAnythingIsMeasured() {
    XCTAssertNil(CostModel().seconds(units: 1, ranks: 1))
  }

  func testAPartTeachesTheRateOfTheWholeAndLittleOfIt() throws {
    var model = CostModel()
    learn(&model, units: 1_000, of: 1_000)
    XCTAssertEqual(try rate(model), rate, accuracy: 0.05 * rate)
    // Of many jobs the last tenth: each had taught a tenth of the rate as a whole one.
    for _ in 0..<50 { learn(&model, units: 100, of: 1_000) }
    XCTAssertEqual(try rate(model), rate, accuracy: 0.25 * rate)
    let known = try rate(model)
    // A single step, and the end that comes with it.
    learn(&model, units: 1, of: 1_000)
    XCTAssertEqual(try rate(model), known, accuracy: 0.01 * rate)
  }

  func testMoreRanksTakeLessTime() throws {
    var model = CostModel()
    learn(&model, units: 1_000, of: 1_000, ranks: 4)
    let one = try XCTUnwrap(model.seconds(units: 1_000, ranks: 1))
    XCTAssertEqual(try XCTUnwrap(model.seconds(units: 1_000, ranks: 4)), one / 4)
    XCTAssertEqual(model.startSeconds, 0.3 + 0.3 * (0.1 - 0.3), accuracy: 1e-12)
  }

  func testAPartOfAJobCostsAPart() throws {
    let study = try study(.grid)
    let job = try XCTUnwrap(try study.known().first)
    let cost = job.trial.network.cost
    let (trained, measured) = (study.imageCounts.training, study.imageCounts.heldOut)
    XCTAssertEqual(study.units(job), cost * (Double(trained) + Double(measured) / 3))
    XCTAssertEqual(study.units(job, epochs: 1), study.units(job))
    XCTAssertEqual(
      study.units(job, epochs: 0.5, isMeasured: false), cost * Double(trained) / 2)
  }
}
