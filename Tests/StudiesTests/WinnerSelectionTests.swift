import Studies
import Training
import XCTest

/// Which network a study hands on where trainings have diverged.
final class WinnerSelectionTests: StudyCase {
  /// A study of networks that are better on held-out images the earlier they are known.
  ///
  /// - Parameter lost: Whether the fresh training of a network, by its name, with a seed from 0 on
  ///   diverges.
  private func played(
    _ kind: StudyKind, lost: (String, Int) -> Bool
  ) throws -> (Study, Winner?) {
    let study = try study(kind)
    while let job = try study.jobs().first(where: { !study.ledger.has($0) }) {
      let names = try study.networks().filter { $0.network == job.trial.network }.map(\.name)
      let number = try study.networks().firstIndex { $0.network == job.trial.network } ?? 0
      let isLost =
        job.trial.images == .validation
        && lost(names.first ?? "", job.trial.seed - Self.firstFreshSeed)
      let count = study.measuredImages(job)
      study.add(
        isLost
          ? LedgerEntry(diverged: job.key, reason: "a loss of inf")
          : LedgerEntry(madeUp: job, correct: max(0, count - number), of: count))
    }
    XCTAssertTrue(try study.isFinished)
    return (study, try StudyResults(study).winner)
  }

  /// `training.seed` of these studies, after the seeds of selection.
  private static let firstFreshSeed = 1_003

  func testTheWinnersTrainingIsTheFirstThatDidNotDiverge() throws {
    for kind in [StudyKind.grid, .architecture] {
      let best = try XCTUnwrap(try played(kind) { _, _ in false }.1)
      XCTAssertEqual(best.seed, Self.firstFreshSeed, "\(kind)")
      let (study, winner) = try played(kind) { name, seed in name == best.name && seed == 0 }
      let found = try XCTUnwrap(winner, "\(kind)")
      XCTAssertEqual(found.name, best.name)
      XCTAssertEqual(found.seed, Self.firstFreshSeed + 1)
      let job = try XCTUnwrap(try study.jobs().first { $0.trial.identity == found.identity })
      XCTAssertEqual(study.ledger[job]?.end, .done)
      XCTAssertNotNil(found.top1)
    }
  }

  func testWithoutATrainingToHandOnTheNextOneWins() throws {
    for kind in [StudyKind.grid, .architecture] {
      let best = try XCTUnwrap(try played(kind) { _, _ in false }.1)
      let (study, winner) = try played(kind) { name, _ in name == best.name }
      let next = try XCTUnwrap(winner, "\(kind)")
      XCTAssertNotEqual(next.name, best.name)
      XCTAssertNotNil(next.top1)
      let training = try XCTUnwrap(WinnerTraining(study, StudyResults(study)))
      XCTAssertEqual(training.network.name, next.name)
      if kind == .grid {
        // The networks of a grid are known in the order of what they are worth here.
        let names = try study.networks().map(\.name)
        XCTAssertEqual([best.name, next.name], Array(names.prefix(2)))
        let selected = try XCTUnwrap(try StudyResults(study).grid?.winner)
        let shares = try XCTUnwrap(training.network.scaling).shares.parts
        for (selected, reached) in zip(selected.shares, shares) {
          XCTAssertEqual(selected, reached / shares.reduce(0, +), accuracy: 1e-9)
        }
      }
    }
  }

  func testWhereAllFreshTrainingsDivergedNothingIsHandedOn() throws {
    for kind in [StudyKind.grid, .architecture] {
      let (study, winner) = try played(kind) { _, _ in true }
      XCTAssertNil(winner)
      XCTAssertNil(try WinnerFiles(study, StudyResults(study)), "\(kind)")
    }
  }
}
