import Studies
import XCTest

/// Which job is given away next.
final class BacklogTests: StudyCase {
  func testTheLongestComesFirstAndOfEqualsTheFirst() throws {
    let study = try study(.grid)
    let jobs = try study.known()
    for length in [{ study.units($0) }, { _ in 1 }, { Self.lot($0).rounded() }] as [(Job) -> Double]
    {
      var backlog = Backlog(length: length)
      try backlog.update(from: study)
      XCTAssertEqual(backlog.count, jobs.count)
      let expected = jobs.enumerated().sorted {
        (length($1.element), $0.offset) < (length($0.element), $1.offset)
      }
      for (number, job) in expected {
        let next = try XCTUnwrap(backlog.next { _ in true })
        XCTAssertEqual(next.job, job)
        XCTAssertEqual(next.number, number + 1)
      }
      XCTAssertNil(backlog.next { _ in true })
    }
  }

  func testWhatMayNotBeginStaysAndWhatIsPutBackIsInItsPlace() throws {
    let study = try study(.grid)
    var backlog = Backlog { study.units($0) }
    try backlog.update(from: study)
    let first = try XCTUnwrap(backlog.next { _ in true })
    let second = try XCTUnwrap(backlog.next { _ in true })
    backlog.putBack(second.job, number: second.number, length: study.units(second.job))
    backlog.putBack(first.job, number: first.number, length: study.units(first.job))
    let other = try XCTUnwrap(backlog.next { $0 != first.job })
    XCTAssertEqual(other.job, second.job)
    XCTAssertNil(backlog.next { _ in false })
    XCTAssertEqual(backlog.next { _ in true }?.job, first.job)
    XCTAssertEqual(backlog.count, try study.known().count - 2)
    // Of one that is nearly done little is left.
    backlog.putBack(first.job, number: first.number, length: study.units(first.job, epochs: 0.01))
    var last: Job?
    while let next = backlog.next(where: { _ in true }) { last = next.job }
    XCTAssertEqual(last, first.job)
  }

  func testItTakesInWhatBecomesKnownAndNothingThatIsDone() throws {
    let first = try study(.grid)
    for job in try first.known().prefix(5) { first.add(madeUp(job, of: first)) }
    let study = try study(.grid, [], first.ledger)
    var backlog = Backlog { _ in 1 }
    try backlog.update(from: study)
    XCTAssertEqual(backlog.count, try study.known().count - 5)
    try backlog.update(from: study)
    var given: [Job] = []
    while let (job, number) = backlog.next(where: { _ in true }) {
      XCTAssertEqual(try study.known()[number - 1], job)
      given.append(job)
      study.add(madeUp(job, of: study))
      try backlog.update(from: study)
    }
    XCTAssertTrue(try study.isFinished)
    XCTAssertEqual(Set(given).count, given.count)
    XCTAssertEqual(given.count, try study.known().count - 5)
  }
}
