import MPI
import Tensors
import TestSupport
import XCTest

/// Every rank computes the whole tree serially and expects its bits, whatever the chunks, the form,
/// and the order in which ranks come to have their values.
final class PipelinedSumTests: XCTestCase {
  private func value(microBatch: Int, element: Int) -> Float {
    var random = CounterRandom(
      seed: 9, epoch: 0, sample: microBatch * 1_000_003 + element, purpose: .synthetic)
    let word = random.next()
    let magnitude = Float(sign: .plus, exponent: Int(word & 31) - 16, significand: 1)
    return Float(Int32(truncatingIfNeeded: word >> 32)) * magnitude
  }

  private func serialTree(
    _ node: Subtree, microBatchCount: Int, payload: Int, _ transport: GradientTransport
  ) -> [Float]? {
    guard node.microBatches.lowerBound < microBatchCount else { return nil }
    if node.level == 0 { return (0..<payload).map { value(microBatch: node.index, element: $0) } }
    let children = [2 * node.index, 2 * node.index + 1].compactMap {
      serialTree(
        Subtree(level: node.level - 1, index: $0), microBatchCount: microBatchCount,
        payload: payload, transport)
    }
    guard var sum = children.first, children.count == 2 else { return children.first }
    sum.withUnsafeMutableBufferPointer { sum in
      children[1].withUnsafeBufferPointer { other in
        guard let into = sum.baseAddress, let from = other.baseAddress else { return }
        transport.add(from, to: into, count: payload)
      }
    }
    return sum
  }

  /// Sums a value twice and compares the first slot's bits with the serial tree's.
  private func assertSerialBits(
    microBatchCount: Int, payload: Int, form: PipelinedSum.Form,
    transport: GradientTransport = .float32, file: StaticString = #filePath, line: UInt = #line
  ) throws {
    let world = try sharedWorld()
    guard microBatchCount >= world.size else { return }
    let partition = MicroBatchPartition(microBatchCount: microBatchCount, rankCount: world.size)
    let plan = ReductionPlan(partition: partition, rank: world.rank)
    let slots = try FloatBuffer(count: plan.subtrees.count * payload)
    let sum = try PipelinedSum(
      slots.start, payload: payload, plan: plan, over: world, form: form, transport: transport)
    let root = Subtree(level: partition.treeLevels, index: 0)
    var expected =
      serialTree(root, microBatchCount: microBatchCount, payload: payload, transport) ?? []
    expected.withUnsafeMutableBufferPointer {
      if let start = $0.baseAddress { transport.finish(start, count: payload) }
    }
    for round in 0..<2 {
      for (slot, subtree) in plan.subtrees.enumerated() {
        let own =
          serialTree(subtree, microBatchCount: microBatchCount, payload: payload, transport) ?? []
        for (element, value) in own.enumerated() { slots.start[slot * payload + element] = value }
      }
      sum.begin()
      // Each rank releases its value in steps of its own, and works on it meanwhile.
      for place in stride(from: payload, through: 0, by: -(7 + 13 * world.rank)) {
        sum.release(from: place)
        try sum.progress()
      }
      try sum.finish()
      transport.finish(slots.start, count: payload)
      let wrong = (0..<payload).filter {
        slots.start[$0].bitPattern != expected[$0].bitPattern
      }
      XCTAssertEqual(
        wrong, [],
        "\(microBatchCount) micro-batches, \(form), \(transport), rank \(world.rank), "
          + "round \(round)", file: file, line: line)
    }
  }

  func testChunksExchangedWholeHaveTheBitsOfTheSerialTree() throws {
    for microBatchCount in 1...9 {
      for (chunk, lanes) in [(1, 3), (10, 1), (64, 4), (1_000, 2)] {
        try assertSerialBits(
          microBatchCount: microBatchCount, payload: 97,
          form: .init(chunk: chunk, largestWhole: .max, lanes: lanes))
      }
    }
  }

  func testHalvedChunksHaveTheBitsOfTheSerialTree() throws {
    for microBatchCount in [2, 4, 5, 8] {
      for chunk in [3, 33, 1_000] {
        try assertSerialBits(
          microBatchCount: microBatchCount, payload: 97,
          form: .init(chunk: chunk, largestWhole: 0, lanes: 3))
      }
    }
  }

  func testPackedChunksHaveTheBitsOfTheSerialTreeWithRounding() throws {
    for microBatchCount in [2, 3, 4, 8] {
      for largestWhole in [0, Int.max] {
        try assertSerialBits(
          microBatchCount: microBatchCount, payload: 97,
          form: .init(chunk: 20, largestWhole: largestWhole, lanes: 2), transport: .bfloat16)
      }
    }
  }

  /// Whoever watches must be able to tell a slow link from one that hangs.
  func testWaitingForManyChunksIsProgress() throws {
    let (world, payload, lanes) = (try sharedWorld(), 640, 4)
    let plan = ReductionPlan(
      partition: MicroBatchPartition(microBatchCount: world.size, rankCount: world.size),
      rank: world.rank)
    let slots = try FloatBuffer(count: plan.subtrees.count * payload)
    let sum = try PipelinedSum(
      slots.start, payload: payload, plan: plan, over: world,
      form: .init(chunk: 10, largestWhole: .max, lanes: lanes))
    sum.begin()
    var advances = 0
    try sum.finish { advances += 1 }
    // Each time no more can have arrived than one message of each lane each way.
    XCTAssertGreaterThanOrEqual(advances, world.size > 1 ? 64 / (2 * lanes) : 0)
  }

  func testLargeMessagesHaveTheBitsOfTheSerialTree() throws {
    // Beyond the sizes that libraries send off without asking the receiver.
    for largestWhole in [0, Int.max] {
      try assertSerialBits(
        microBatchCount: 4, payload: 300_001,
        form: .init(chunk: 100_000, largestWhole: largestWhole, lanes: 2))
    }
  }
}
