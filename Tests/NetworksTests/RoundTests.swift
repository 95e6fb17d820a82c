import Networks
import Tensors
import XCTest

/// A batch in rounds must be the same bits as in one piece.
final class RoundTests: XCTestCase {
  private struct Outcome: Equatable {
    let gradient, statistics: [UInt32]
    let correct: Int
  }

  /// Takes a step on `imageCount` images in 12 or 16 micro-batches of two.
  private func train(
    _ architecture: Architecture, microBatches: Int, imageCount: Int, groupLevel: Int, rounds: Int
  ) throws -> Outcome {
    let table = architecture.parameterTable
    let weights = try FloatBuffer(count: table.trainableSize)
    let statistics = try FloatBuffer(count: table.statisticsSize)
    table.initialize(weights: weights.start, statistics: statistics.start, seed: 3)
    let network = try EfficientNet(
      architecture,
      layout: BatchLayout(
        microBatchCount: microBatches / rounds, microBatchSize: 2, groupLevel: groupLevel,
        rounds: rounds),
      exchange: LocalExchange(), weights: weights)
    let imageSize = network.images.count / network.layout.capacity
    var seen: [Int] = []
    var correct = 0
    // Two steps: nothing of the first may be left in the second.
    for step in 0..<2 {
      for round in 0..<rounds {
        for run in network.beginBatch(imageCount: imageCount, round: round) {
          for (offset, position) in run.positions.enumerated() {
            let image = run.firstImage + offset
            var random = CounterRandom(
              seed: 5, epoch: step, sample: position, purpose: .synthetic)
            for i in 0..<imageSize {
              network.images.start[image * imageSize + i] = Float(random.normal())
            }
            network.labels[image] = Int32(position % architecture.classes)
            network.samples[image] = position
            seen.append(position)
          }
        }
        correct += try network.train(
          key: RandomKey(seed: 7, epoch: step), smoothing: 0.1
        ).reduce(0) { $0 + $1.correct }
      }
      network.updateRunningStatistics(statistics.start)
    }
    XCTAssertEqual(seen, Array(0..<imageCount) + Array(0..<imageCount))
    return Outcome(
      gradient: (0..<table.trainableSize).map { network.gradient[$0].bitPattern },
      statistics: statistics.values.map(\.bitPattern), correct: correct)
  }

  private func check(
    microBatches: Int, imageCount: Int, groupLevel: Int, rounds: [Int], line: UInt = #line
  ) throws {
    let architecture = Architecture.small {
      $0.dropout = 0.3
      $0.dropPath = 0.5
    }
    let whole = try train(
      architecture, microBatches: microBatches, imageCount: imageCount, groupLevel: groupLevel,
      rounds: 1)
    for count in rounds {
      let outcome = try train(
        architecture, microBatches: microBatches, imageCount: imageCount, groupLevel: groupLevel,
        rounds: count)
      XCTAssertTrue(outcome == whole, "\(count) rounds", line: line)
    }
  }

  func testAPowerOfTwoOfRounds() throws {
    try check(microBatches: 16, imageCount: 32, groupLevel: 1, rounds: [2, 4, 8])
  }

  func testThreeRounds() throws {
    try check(microBatches: 12, imageCount: 24, groupLevel: 2, rounds: [3])
    try check(microBatches: 12, imageCount: 24, groupLevel: 0, rounds: [3, 6, 12])
  }

  func testAShortBatch() throws {
    try check(microBatches: 16, imageCount: 21, groupLevel: 1, rounds: [2, 8])
  }

  func testEmptyGroupsAndMicroBatches() throws {
    try check(microBatches: 16, imageCount: 3, groupLevel: 0, rounds: [4, 16])
  }
}
