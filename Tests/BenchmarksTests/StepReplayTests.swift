import Benchmarks
import Training
import XCTest

/// The model of the exchanges, on cases that can be worked out by hand.
final class StepReplayTests: XCTestCase {
  private let tolerance = 1e-9
  private let millisecond = 1_000_000

  /// α of 1 ms and β of 1 µs a byte between hosts, a tenth of both within; nothing for adding.
  private func cost(ranks: Int, hosts: Int, added: Double = 0) -> ExchangeCost {
    ExchangeCost(
      ranks: ranks, hosts: hosts,
      within: Link(name: "", latency: 1e-4, secondsPerByte: 1e-7),
      between: Link(name: "", latency: 1e-3, secondsPerByte: 1e-6), secondsPerByteAdded: added)
  }

  func testCostsOfTheTree() {
    XCTAssertEqual(cost(ranks: 1, hosts: 1).sum(bytes: 1000), 0)
    XCTAssertEqual(cost(ranks: 2, hosts: 2).whole(bytes: 1000), 2e-3, accuracy: tolerance)
    XCTAssertEqual(cost(ranks: 2, hosts: 2).halved(bytes: 1000), 3e-3, accuracy: tolerance)
    XCTAssertEqual(
      cost(ranks: 2, hosts: 2, added: 1e-6).whole(bytes: 1000), 3e-3, accuracy: tolerance)
    // A level within a host, then one between hosts over which both ranks of a host send.
    XCTAssertEqual(
      cost(ranks: 4, hosts: 2).whole(bytes: 1000), 0.2e-3 + (1e-3 + 2e-3), accuracy: tolerance)
    XCTAssertEqual(
      cost(ranks: 4, hosts: 2).halved(bytes: 1000),
      2 * (0.1e-3 + 0.05e-3) + 2 * (1e-3 + 0.5e-3), accuracy: tolerance)
    // Large sums take the form with less traffic.
    XCTAssertEqual(
      cost(ranks: 8, hosts: 8).sum(bytes: 1 << 20), cost(ranks: 8, hosts: 8).halved(bytes: 1 << 20))
    // Three ranks go up two levels and down again.
    XCTAssertEqual(cost(ranks: 3, hosts: 3).sum(bytes: 0), 4e-3, accuracy: tolerance)
  }

  private func timeline(_ compute: [Int], update: Int = 0) -> StepTimeline {
    StepTimeline(
      step: 0, compute: compute.map { $0 * millisecond },
      blocked: [Int](repeating: 0, count: compute.count), update: update * millisecond)
  }

  func testTheLastRankSetsTheTime() {
    let sequence = ExchangeSequence(kinds: [.statistics, .gradientEnd], bytes: [1000, 1000])
    let parts = StepReplay(sequence, cost(ranks: 2, hosts: 2))
      .step([timeline([10, 30], update: 5), timeline([14, 20], update: 5)])
    XCTAssertEqual(parts.step, 5e-3 + 14e-3 + 2e-3 + 30e-3 + 2e-3, accuracy: tolerance)
    XCTAssertEqual(parts.batchNormExchange, 2e-3, accuracy: tolerance)
    XCTAssertEqual(parts.gradientExchange, 2e-3, accuracy: tolerance)
    XCTAssertEqual(parts.imbalance, (4e-3 + 10e-3) / 2, accuracy: tolerance)
    XCTAssertEqual(parts.other, 0, accuracy: tolerance)
    // Half the images take half the time, but for the update.
    let half = StepReplay(sequence, cost(ranks: 1, hosts: 1))
      .step([timeline([10, 30], update: 5)], share: 0.5)
    XCTAssertEqual(half.step, 25e-3, accuracy: tolerance)
  }

  func testGradientsTravelWhileComputingGoesOn() {
    // 4,000 bytes leave at 10 ms as four messages of 1 ms, and 1,000 are final later; the last
    // message is on its way for another millisecond.
    let sequence = ExchangeSequence(
      kinds: [.gradientReady, .gradientReady, .gradientEnd], bytes: [4000, 1000, 5000])
    var rules = StepReplay.Rules()
    rules.chunkBytes = 1000
    let replay = StepReplay(sequence, cost(ranks: 2, hosts: 2), rules: rules)
    func exposed(_ compute: [Int]) -> Double {
      replay.step([timeline(compute), timeline(compute)]).gradientExchange
    }
    XCTAssertEqual(exposed([10, 30, 5]), 0, accuracy: tolerance)
    XCTAssertEqual(exposed([10, 30, 0]), 2e-3, accuracy: tolerance)
    XCTAssertEqual(exposed([10, 3, 0]), 3e-3, accuracy: tolerance)
    XCTAssertEqual(exposed([10, 0, 0]), 6e-3, accuracy: tolerance)
  }

  func testStatisticsFindTheLinkFree() {
    let sequence = ExchangeSequence(
      kinds: [.gradientReady, .statistics, .gradientEnd], bytes: [4000, 0, 4000])
    func parts(chunkBytes: Int) -> StepParts {
      var rules = StepReplay.Rules()
      rules.chunkBytes = chunkBytes
      return StepReplay(sequence, cost(ranks: 2, hosts: 2), rules: rules)
        .step([timeline([10, 1, 0]), timeline([10, 1, 0])])
    }
    // The first of four messages arrives at 11 ms, when the statistics come; the others after them.
    XCTAssertEqual(parts(chunkBytes: 1000).batchNormExchange, 1e-3, accuracy: tolerance)
    XCTAssertEqual(parts(chunkBytes: 1000).gradientExchange, 4e-3, accuracy: tolerance)
    // Two messages of 2 ms both stay back.
    XCTAssertEqual(parts(chunkBytes: 2000).batchNormExchange, 1e-3, accuracy: tolerance)
    XCTAssertEqual(parts(chunkBytes: 2000).gradientExchange, 5e-3, accuracy: tolerance)
    XCTAssertEqual(parts(chunkBytes: 2000).step, 17e-3, accuracy: tolerance)
  }

  func testRandomDrawsAreTheSameEveryTime() {
    let sequence = ExchangeSequence(kinds: [.gradientEnd], bytes: [1])
    let recorded = (10..<20).map { timeline([$0]) }
    let replay = StepReplay(sequence, cost(ranks: 64, hosts: 64))
    let parts = replay.mean(of: recorded, draws: 5)
    XCTAssertEqual(parts, replay.mean(of: recorded, draws: 5))
    // Among 64 ranks the slowest of ten recorded steps is as good as certain; six levels of 1 ms.
    XCTAssertEqual(parts.step, 19e-3 + 6 * (1e-3 + 1e-6), accuracy: tolerance)
    XCTAssertEqual(parts.imbalance, 4.5e-3, accuracy: 1e-3)
  }

  func testLinksAreReadAndFitted() throws {
    let link = try XCTUnwrap(Link("100us,1gbit"))
    XCTAssertEqual(link.latency, 100e-6, accuracy: tolerance)
    XCTAssertEqual(link.secondsPerByte, 8e-9 * 1538 / 1448, accuracy: 1e-15)
    XCTAssertEqual(try XCTUnwrap(Link("0.5ms,250mbit")).latency, 500e-6, accuracy: tolerance)
    for text in ["", "1gbit", "100us", "100us,0gbit", "-1us,1gbit", "1us,1gbit,", "1h,1gbit"] {
      XCTAssertNil(Link(text), text)
    }
    let fitted = try XCTUnwrap(
      Link(name: "", fitting: [8, 1000, 1_000_000].map { ($0, 2e-6 + 3e-10 * Double($0)) }))
    XCTAssertEqual(fitted.latency, 2e-6, accuracy: 1e-11)
    XCTAssertEqual(fitted.secondsPerByte, 3e-10, accuracy: 1e-15)
    XCTAssertNil(Link(name: "", fitting: [(8, 1e-6)]))
  }
}
