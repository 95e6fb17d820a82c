import Datasets
import XCTest

final class EpochOrderTests: XCTestCase {
  private func samples(_ count: Int, seed: UInt64, epoch: Int) -> [Int] {
    let order = EpochOrder(sampleCount: count, batchSize: 4, seed: seed, epoch: epoch)
    return (0..<count).map(order.sample)
  }

  func testAnEpochIsAPermutationThatDependsOnSeedAndEpoch() {
    let first = samples(100, seed: 7, epoch: 0)
    XCTAssertEqual(first.sorted(), Array(0..<100))
    XCTAssertEqual(samples(100, seed: 7, epoch: 0), first)
    XCTAssertNotEqual(samples(100, seed: 7, epoch: 1), first)
    XCTAssertNotEqual(samples(100, seed: 8, epoch: 0), first)
  }

  /// The order is part of what makes runs reproducible; a change would be a silent one.
  func testTheOrderIsFixedForGood() {
    XCTAssertEqual(samples(8, seed: 1, epoch: 2), [4, 0, 6, 7, 3, 1, 2, 5])
  }

  func testEveryPlaceIsEquallyLikely() {
    var counts = [Int](repeating: 0, count: 5)
    for epoch in 0..<5000 {
      counts[samples(5, seed: 3, epoch: epoch).firstIndex(of: 0) ?? 0] += 1
    }
    // Five deviations of a binomial count with probability 1/5.
    for count in counts { XCTAssertEqual(Double(count), 1000, accuracy: 5 * 28.3) }
  }

  func testBatchesCoverTheEpochAndTheLastIsShort() {
    let order = EpochOrder(sampleCount: 10, batchSize: 4)
    XCTAssertEqual(order.batchCount, 3)
    XCTAssertEqual((0..<3).map(order.positions(ofBatch:)), [0..<4, 4..<8, 8..<10])
    XCTAssertEqual((0..<10).map(order.sample), Array(0..<10))
    XCTAssertEqual(EpochOrder(sampleCount: 8, batchSize: 4).batchCount, 2)
  }
}
