import Benchmarks
import TestSupport
import XCTest

/// Runs on any number of ranks.
final class RankMeetingTests: XCTestCase {
  private struct Words: Codable, Equatable {
    let rank: Int
    let text: String
  }

  func testAllRanksLearnTheHostsAndRankZeroWhatTheySay() throws {
    let world = try sharedWorld()
    // Two ranks a host, one of them with a name of more than one byte a letter.
    let meeting = try RankMeeting(of: world, within: 20, host: "köln\(world.rank / 2)")
    XCTAssertEqual(meeting.hosts, (0..<world.size).map { "köln\($0 / 2)" })
    XCTAssertEqual(meeting.speakers, Array(stride(from: 0, to: world.size, by: 2)))
    func words(_ rank: Int) -> Words {
      Words(rank: rank, text: String(repeating: "ü", count: rank * 10_000))
    }
    if let all = try meeting.gather(words(world.rank)) {
      XCTAssertEqual(world.rank, 0)
      XCTAssertEqual(all, (0..<world.size).map(words))
      try meeting.part(with: 7)
    } else {
      XCTAssertGreaterThan(world.rank, 0)
      XCTAssertEqual(try meeting.farewell(), 7)
    }
  }

  func testEachPairIsMeasuredOnce() throws {
    let world = try sharedWorld()
    let meeting = try RankMeeting(of: world, within: 20, host: "host\(world.rank)")
    let pairs = try PairMeasurement.measure(meeting.speakers, world)
    for pair in pairs {
      XCTAssertGreaterThan(try XCTUnwrap(pair.latency), 0)
      XCTAssertGreaterThan(try XCTUnwrap(pair.bandwidth), 1e6)
      XCTAssertLessThan(abs(try XCTUnwrap(pair.clockOffset)), 1)
    }
    let own = pairs.map { [$0.first, $0.second] }
    let all = try meeting.gather(own)?.compactMap(\.self).joined().sorted {
      $0[0] * 64 + $0[1] < $1[0] * 64 + $1[1]
    }
    if let all {
      let expected = (0..<world.size).flatMap { first in
        (first + 1..<max(first + 1, world.size)).map { [first, $0] }
      }
      XCTAssertEqual(Array(all), expected)
      try meeting.part(with: 0)
    } else {
      XCTAssertEqual(try meeting.farewell(), 0)
    }
  }
}
