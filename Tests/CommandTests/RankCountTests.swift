import XCTest

final class RankCountTests: TrainingTestCase {
  /// Trains on one process and on `ranks`; all must end with the same bits.
  private func assertSame(
    on ranks: [Int], _ overrides: [String] = [], line: UInt = #line
  ) throws {
    let alone = try hash("alone", overrides, line: line)
    XCTAssertEqual(try summary("alone").ranks, 1, line: line)
    let steps = try summary("alone").step
    for count in ranks {
      let output = "ranks-\(count)"
      XCTAssertEqual(
        try hash(output, overrides, ranks: count, line: line), alone, "\(count) ranks", line: line)
      XCTAssertEqual(try summary(output).ranks, count, line: line)
      XCTAssertEqual(try summary(output).top1, try summary("alone").top1, line: line)
      XCTAssertEqual(
        try loggedSteps(output), Array(1...steps), "\(count) ranks", line: line)
    }
  }

  func testEveryNumberOfRanksGivesTheSameBits() throws {
    try prepare()
    try assertSame(on: [1, 2, 3, 4, 8])
  }

  func testEveryNumberOfRanksGivesTheSameBitsInBatchNormGroups() throws {
    try prepare()
    try assertSame(on: [2, 3, 4, 8], ["network.batchNormGroup=4"])
  }

  func testHowGradientsTravelChangesNoBits() throws {
    try prepare()
    let alone = try hash("alone")
    for (index, way) in [
      ["exchange.overlap=false"], ["exchange.chunkBytes=1024", "exchange.wholeBytes=0"],
      ["exchange.chunkBytes=4096"],
    ].enumerated() {
      for ranks in [2, 3, 4] {
        XCTAssertEqual(try hash("way-\(index)-\(ranks)", way, ranks: ranks), alone, "\(way)")
      }
    }
  }

  func testGradientsOfHalfTheBytesGiveTheSameOtherBitsOnEveryNumberOfRanks() throws {
    try prepare(trainingImages: 53)
    let groups = ["network.batchNormGroup=2", "network.stemStride=1"]
    let packed = ["exchange.transport=bfloat16"] + groups
    try assertSame(on: [2, 3, 4, 8], packed)
    XCTAssertNotEqual(try hash("plain", groups), try hash("packed", packed))
    XCTAssertEqual(
      try hash("rounds", packed + ["batch.rounds=2"], ranks: 2), try hash("whole", packed))
  }

  func testABatchSmallerThanItsMicroBatchesGivesTheSameBits() throws {
    // Every batch has 5 images for 8 micro-batches.
    try prepare(trainingImages: 5)
    try assertSame(on: [2, 3, 4, 8])
  }

  func testASharedRestOfAnEpochGivesTheSameBits() throws {
    // Batches of 16, 16, 11 and 10 images.
    try prepare(trainingImages: 53)
    try assertSame(on: [2, 3, 4, 8])
  }

  func testEmptyBatchNormGroupsGiveTheSameBits() throws {
    // The last two of four batches have 9 images for 16 groups.
    try prepare(trainingImages: 50)
    try assertSame(
      on: [3, 8], ["batch.microBatch=1", "network.batchNormGroup=1", "network.stemStride=1"])
  }

  func testRoundsGiveTheSameBitsOnEveryNumberOfRanks() throws {
    // The last two of four batches have 11 and 10 images for 8 micro-batches.
    try prepare(trainingImages: 53)
    let groups = ["network.batchNormGroup=2", "network.stemStride=1"]
    let whole = try hash("whole", groups)
    for (rounds, ranks) in [(2, [1, 2, 3]), (4, [1, 2]), (8, [1])] {
      for count in ranks {
        let output = "rounds-\(rounds)-\(count)"
        XCTAssertEqual(
          try hash(output, groups + ["batch.rounds=\(rounds)"], ranks: count), whole, output)
        XCTAssertEqual(try summary(output).top1, try summary("whole").top1, output)
      }
    }
  }

  func testThreeRoundsGiveTheSameBits() throws {
    try prepare()
    let groups = ["batch.size=24", "network.batchNormGroup=8"]
    let whole = try hash("whole", groups)
    for ranks in [1, 3, 4] {
      XCTAssertEqual(
        try hash("ranks-\(ranks)", groups + ["batch.rounds=3"], ranks: ranks), whole, "\(ranks)")
    }
  }

  func testARunGoesOnInRounds() throws {
    try prepare()
    let groups = ["network.batchNormGroup=4"]
    let whole = try hash("whole", groups)
    _ = try hash("run", groups + ["training.steps=4", "batch.rounds=4"])
    XCTAssertEqual(try hash("run", groups + ["batch.rounds=2"], ["--resume"], ranks: 3), whole)
  }

  func testMicroBatchesThatAreNoPowerOfTwoGiveTheSameBits() throws {
    try prepare()
    try assertSame(on: [2, 4, 6], ["batch.size=12"])
  }

  func testAnotherSeedGivesOtherBits() throws {
    try prepare()
    XCTAssertNotEqual(try hash("one"), try hash("two", ["training.seed=2"]))
  }
}
