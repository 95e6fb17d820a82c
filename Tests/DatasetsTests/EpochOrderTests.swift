import Datasets
import XCTest

final class EpochOrderTests: XCTestCase {
  private func order(
    _ shards: [Int], batchSize: Int = 8, microBatches: Int = 4, run: Int = 1, window: Int = 1_000,
    seed: UInt64 = 7, epoch: Int = 0
  ) -> EpochOrder {
    EpochOrder(
      shards: shards, batchSize: batchSize, microBatchCount: microBatches,
      shuffle: EpochOrder.Shuffle(run: run, window: window), seed: seed, epoch: epoch)
  }

  /// All samples of the epoch, batch after batch, each with its micro-batch.
  private func samples(_ order: EpochOrder, microBatches: Int = 4) -> [(sample: Int, lane: Int)] {
    (0..<order.division.batchCount).flatMap { batch in
      (0..<microBatches).flatMap { microBatch in
        order.samples(ofBatch: batch, microBatch: microBatch).map { (Int($0), microBatch) }
      }
    }
  }

  func testAnEpochIsAPermutationThatDependsOnSeedAndEpoch() {
    for run in [1, 3, 16] {
      for window in [1, 20, 1_000] {
        func all(seed: UInt64, epoch: Int) -> [Int] {
          samples(
            order([37, 50, 13], run: run, window: window, seed: seed, epoch: epoch)
          ).map(\.sample)
        }
        let first = all(seed: 7, epoch: 0)
        XCTAssertEqual(first.sorted(), Array(0..<100))
        XCTAssertEqual(all(seed: 7, epoch: 0), first)
        XCTAssertNotEqual(all(seed: 7, epoch: 1), first)
        XCTAssertNotEqual(all(seed: 8, epoch: 0), first)
      }
    }
  }

  /// The order is part of what makes runs reproducible; a change would be a silent one.
  func testTheOrderIsFixedForGood() {
    let plain = order([8], batchSize: 4, microBatches: 2, seed: 1, epoch: 2)
    XCTAssertEqual(samples(plain, microBatches: 2).map(\.sample), [4, 0, 3, 1, 6, 7, 2, 5])
    let runs = order([8], batchSize: 4, microBatches: 2, run: 2, seed: 1, epoch: 2)
    XCTAssertEqual(samples(runs, microBatches: 2).map(\.sample), [0, 6, 4, 3, 7, 1, 5, 2])
  }

  func testEveryPlaceIsEquallyLikely() {
    var counts = [Int](repeating: 0, count: 5)
    for epoch in 0..<5000 {
      let order = order([5], batchSize: 1, microBatches: 1, seed: 3, epoch: epoch)
      let all = samples(order, microBatches: 1).map(\.sample)
      counts[all.firstIndex(of: 0) ?? 0] += 1
    }
    // Five deviations of a binomial count with probability 1/5.
    for count in counts { XCTAssertEqual(Double(count), 1000, accuracy: 5 * 28.3) }
  }

  func testWhatIsLessThanHalfABatchIsSharedWithTheBatchBefore() {
    for left in 1..<64 {
      let order = order([128 + left], batchSize: 64, microBatches: 8, run: 3)
      let counts = (0..<order.division.batchCount).map(order.division.sampleCount(ofBatch:))
      XCTAssertEqual(
        counts,
        left < 32 ? [64, (64 + left + 1) / 2, (64 + left) / 2] : [64, 64, left], "\(left) are left")
      XCTAssertEqual(
        samples(order, microBatches: 8).map(\.sample).sorted(), Array(0..<128 + left))
    }
    let few = EpochDivision(sampleCount: 5, batchSize: 64)
    XCTAssertEqual((few.batchCount, few.sampleCount(ofBatch: 0)).0, 1)
    XCTAssertEqual(few.smallest, 5)
    XCTAssertEqual(EpochDivision(sampleCount: 5, batchSize: 2).smallest, 1)
  }

  func testAShortLastBatchIsSpreadOverTheMicroBatches() {
    let order = order([21])
    XCTAssertEqual(order.division.batchCount, 3)
    XCTAssertEqual((0..<3).map(order.division.sampleCount(ofBatch:)), [8, 8, 5])
    XCTAssertEqual(
      (0..<3).map { batch in
        (0..<4).map { order.samples(ofBatch: batch, microBatch: $0).count }
      }, [[2, 2, 2, 2], [2, 2, 2, 2], [1, 1, 1, 2]])
  }

  /// Whoever owns a micro-batch reads whole runs, and nobody else reads them.
  func testARunStaysWithOneMicroBatchAndWithinAShard() {
    let run = 4
    let shards = [30, 70, 60]
    var lanes: [Int: Set<Int>] = [:]
    for (sample, lane) in samples(order(shards, run: run, window: 1)) {
      // Runs start anew with each shard.
      let shard = sample < 30 ? 0 : sample < 100 ? 30 : 100
      lanes[shard * 1_000 + (sample - shard) / run, default: []].insert(lane)
    }
    XCTAssertEqual(lanes.count, 8 + 18 + 15)
    // A sequence ends within a run at most once for each border between two of the four.
    XCTAssertLessThanOrEqual(lanes.values.filter { $0.count > 1 }.count, 3)
  }

  func testAnyWindowIsAllowed() {
    for window in [1, Int.max] {
      let all = samples(order([1_000], run: 16, window: window)).map(\.sample)
      XCTAssertEqual(all.sorted(), Array(0..<1_000))
    }
  }

  func testSamplesMoveWithinTheirWindow() {
    let order = order([4_000], run: 8, window: 256)
    for lane in 0..<4 {
      let sequence = (0..<order.division.batchCount).flatMap {
        order.samples(ofBatch: $0, microBatch: lane).map { Int($0) }
      }
      // 64 samples of a lane's window are 8 whole runs, but at its two ends.
      for start in stride(from: 0, to: sequence.count, by: 64) {
        let window = sequence[start..<min(start + 64, sequence.count)]
        XCTAssertLessThanOrEqual(Set(window.map { $0 / 8 }).count, 10)
        let neighbours = zip(window, window.dropFirst()).filter { $1 == $0 + 1 }
        XCTAssertLessThan(neighbours.count, 12, "the window is hardly shuffled")
      }
    }
  }

  func testEverySampleIsReadAheadOnceAndBeforeItsWindow() throws {
    // The last has two short batches, which share what is left.
    for count in [997, 1_000, 994, 1_001] {
      try check(order([count], run: 5, window: 64))
    }
  }

  private func check(_ order: EpochOrder) throws {
    for lane in 0..<4 {
      // A run may begin anywhere in an epoch.
      for start in [0, 1, 13, order.division.batchCount - 1] {
        var ahead: Set<Int32> = []
        var all = 0
        for batch in start..<order.division.batchCount {
          let more = order.samplesToReadAhead(
            atBatch: batch, microBatch: lane, isFirst: batch == start)
          XCTAssertEqual(more, more.sorted())
          XCTAssertTrue(ahead.isDisjoint(with: more))
          ahead.formUnion(more)
          for sample in order.samples(ofBatch: batch, microBatch: lane) {
            XCTAssertTrue(ahead.contains(sample), "batch \(batch) from \(start)")
            all += 1
          }
        }
        XCTAssertEqual(ahead.count, all)
      }
    }
  }
}
