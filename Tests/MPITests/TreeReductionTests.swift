import MPI
import Tensors
import TestSupport
import XCTest

/// Every rank computes the whole tree serially and expects its bits: what holds on each number of
/// ranks makes all numbers of ranks agree.
final class TreeReductionTests: XCTestCase {
  /// Numbers of very different magnitude and both signs: any other order gives other bits.
  private func value(microBatch: Int, element: Int) -> Double {
    var random = CounterRandom(
      seed: 5, epoch: 0, sample: microBatch * 1_000_003 + element, purpose: .synthetic)
    let word = random.next()
    let magnitude = Double(sign: .plus, exponent: Int(word & 127) - 64, significand: 1)
    return Double(Int32(truncatingIfNeeded: word >> 32)) * magnitude
  }

  private func serialTree(_ node: Subtree, microBatchCount: Int, element: Int) -> Double? {
    guard node.microBatches.lowerBound < microBatchCount else { return nil }
    if node.level == 0 { return value(microBatch: node.index, element: element) }
    let children = [2 * node.index, 2 * node.index + 1].compactMap {
      serialTree(
        Subtree(level: node.level - 1, index: $0), microBatchCount: microBatchCount,
        element: element)
    }
    return children.count == 2 ? children[0] + children[1] : children.first
  }

  /// Sums over all ranks and compares the bits with the serial tree's.
  private func assertSerialBits(
    microBatchCount: Int, groupLevel: Int? = nil, payload: Int,
    file: StaticString = #filePath, line: UInt = #line
  ) throws {
    var world = try sharedWorld()
    guard microBatchCount >= world.size else { return }
    if payload < 100 { world.largestMessage = 7 }
    let partition = MicroBatchPartition(microBatchCount: microBatchCount, rankCount: world.size)
    let plan = ReductionPlan(partition: partition, rank: world.rank, groupLevel: groupLevel)
    let reduction = TreeReduction(plan, over: world)

    var slots = plan.subtrees.flatMap { subtree in
      (0..<payload).map {
        serialTree(subtree, microBatchCount: microBatchCount, element: $0) ?? .nan
      }
    }
    var scratch = [Double](repeating: .nan, count: payload)
    try slots.withUnsafeMutableBufferPointer { slots in
      try scratch.withUnsafeMutableBufferPointer { scratch in
        try reduction.reduce(slots, payload: payload, scratch: scratch) { into, from, count in
          for index in 0..<count { into[index] += from[index] }
        }
      }
    }

    let level = min(groupLevel ?? partition.treeLevels, partition.treeLevels)
    for (slot, subtree) in plan.subtrees.enumerated() {
      let group = Subtree(level: level, index: subtree.index >> (level - subtree.level))
      let wrong = (0..<payload).filter {
        let expected = serialTree(group, microBatchCount: microBatchCount, element: $0) ?? .nan
        return slots[slot * payload + $0].bitPattern != expected.bitPattern
      }
      XCTAssertEqual(
        wrong, [], "\(microBatchCount) micro-batches, slot \(slot), rank \(world.rank)",
        file: file, line: line)
    }
  }

  func testTheNumbersDependOnTheOrder() {
    let isOrderVisible = (0..<16).contains { element in
      let inTurn = (0..<16).reduce(0.0) { $0 + value(microBatch: $1, element: element) }
      return inTurn
        != serialTree(Subtree(level: 4, index: 0), microBatchCount: 16, element: element)
    }
    XCTAssertTrue(isOrderVisible)
  }

  func testSmallSumsHaveTheBitsOfTheSerialTree() throws {
    for microBatchCount in 1...17 {
      for payload in [0, 1, 50] {
        try assertSerialBits(microBatchCount: microBatchCount, payload: payload)
      }
    }
  }

  func testGroupsHaveTheBitsOfTheSerialTree() throws {
    for microBatchCount in [4, 6, 8, 12, 16] {
      for groupLevel in 0...4 {
        try assertSerialBits(
          microBatchCount: microBatchCount, groupLevel: groupLevel, payload: 20)
      }
    }
  }
}
