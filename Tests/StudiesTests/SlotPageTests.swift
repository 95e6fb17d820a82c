import Foundation
import Studies
import Training
import XCTest

/// What pages tell of who worked on what, and for how long.
final class SlotPageTests: StudyCase {
  /// A line of `timing.jsonl`.
  private func slot(
    _ job: Job, number: Int = 1, ranks: [Int] = [0], until end: Double = 60, seconds: Double = 60,
    starting startSeconds: Double = 0, trained epochs: Double
  ) throws -> Slot {
    let object: [String: Any] = [
      "identity": job.trial.identity, "epochs": job.epochs, "images": job.trial.images.rawValue,
      "number": number, "ranks": ranks, "host": "h", "seconds": seconds, "end": 1_000 + end,
      "startSeconds": startSeconds, "trainedEpochs": epochs, "rankCount": 100,
      "sessionStart": 1_000,
    ]
    return try JSONDecoder().decode(
      Slot.self, from: JSONSerialization.data(withJSONObject: object))
  }

  /// A study of scaling with all results, those of the deep network's first seed having diverged.
  private func scaled() throws -> (Study, [Job]) {
    let study = try study(.scaling, ["search.seeds=3", "search.directions=[depth]"])
    let deep = try study.jobs().filter { $0.trial.network != study.recipe.base }
    for job in try study.jobs() {
      study.add(
        job == deep[0]
          ? LedgerEntry(diverged: job.key, reason: "a loss of inf") : madeUp(job, of: study))
    }
    return (study, deep)
  }

  /// Images a second in the row of the deep network.
  private func rate(_ study: Study, _ slots: [Slot]) throws -> String {
    let page = try StudyReport(
      study: study, results: StudyResults(study), slots: slots, isHeld: true
    )
    .html(renewed: Date())
    let table = try XCTUnwrap(page.components(separatedBy: ">Networks</h3>").last)
    let row = try XCTUnwrap(table.components(separatedBy: "<th scope=\"row\">depth ×2</th>").last)
    let cells = row.matches(of: /<td[^>]*>([^<]*)<\/td>/).map { String($0.1) }
    // Behind shares, pixels, blocks, multiply-adds, factor, parameters and activations.
    return cells[7]
  }

  func testRatesAreOfWhatWasTrainedInTheTimeForIt() throws {
    let (study, deep) = try scaled()
    let images = Double(study.imageCounts.training)
    XCTAssertEqual(images, 30)
    // Six epochs in 60 seconds, of which 15 are the start.
    XCTAssertEqual(
      try rate(study, [try slot(deep[1], starting: 15, trained: 6)]), "4")
    // A kill has lost four epochs and their slot: two in 12 seconds are left.
    XCTAssertEqual(
      try rate(study, [try slot(deep[1], seconds: 17, starting: 5, trained: 2)]), "5")
    // A stop has left both.
    XCTAssertEqual(
      try rate(
        study,
        [
          try slot(deep[1], until: 40, seconds: 31, starting: 5, trained: 4),
          try slot(deep[1], until: 60, seconds: 12, starting: 2, trained: 2),
        ]), "5")
    // Some steps of a training that diverged are no rate, nor is what several ranks did.
    XCTAssertEqual(try rate(study, [try slot(deep[0], seconds: 9, trained: 0.1)]), "")
    XCTAssertEqual(try rate(study, [try slot(deep[1], ranks: [0, 1], trained: 6)]), "")
    // The median of the trainings.
    XCTAssertEqual(
      try rate(
        study,
        [try slot(deep[1], seconds: 18, trained: 6), try slot(deep[2], seconds: 9, trained: 6)]),
      "20")
  }

  private func page(_ study: Study, _ slots: [Slot]) throws -> String {
    try StudyReport(study: study, results: StudyResults(study), slots: slots, isHeld: true)
      .html(renewed: Date())
  }

  func testTrainingsThatHaveNotEndedHaveTheirColour() throws {
    let study = try study(.grid)
    let job = try XCTUnwrap(try study.jobs().first)
    XCTAssertFalse(study.ledger.has(job))
    let page = try page(study, [try slot(job, number: 7, trained: 0.5)])
    XCTAssertTrue(page.contains("title=\"training 7, on held-out images"), page)
    XCTAssertFalse(page.contains("training 7, on validation images"))
  }

  func testGroupsThatAreNotDrawnAreTold() throws {
    let (study, deep) = try scaled()
    for (groups, caption) in [
      (64, nil), (65, "The first 64 of 65 groups, in the order of their ranks."),
    ] as [(Int, String?)] {
      let slots = try (0..<groups).map { try slot(deep[1], ranks: [$0], trained: 6) }
      let page = try page(study, slots)
      XCTAssertEqual(page.components(separatedBy: "title=\"training 1, ").count - 1, 64)
      XCTAssertEqual(page.contains("The first 64 of"), caption != nil)
      if let caption { XCTAssertTrue(page.contains(caption), page) }
    }
  }

  func testTimeThatKillsHaveLostIsNotCalledSpent() throws {
    let (study, deep) = try scaled()
    let page = try page(study, [try slot(deep[1], until: 3_600, seconds: 3_600, trained: 6)])
    XCTAssertTrue(page.contains("core-hours kept"), page)
    XCTAssertTrue(page.contains("without what was lost by kills"), page)
  }
}
