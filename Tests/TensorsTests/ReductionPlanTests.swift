import Tensors
import XCTest

final class ReductionPlanTests: XCTestCase {
  /// Carries out the plans of all ranks in one process, with strings that show the bracketing.
  private func totals(microBatches: Int, ranks: Int, groupLevel: Int? = nil) -> [[String]] {
    let partition = MicroBatchPartition(microBatchCount: microBatches, rankCount: ranks)
    let plans = (0..<ranks).map {
      ReductionPlan(partition: partition, rank: $0, groupLevel: groupLevel)
    }
    func tree(_ node: Subtree) -> String? {
      if node.level == 0 { return node.index < microBatches ? "\(node.index)" : nil }
      let left = tree(Subtree(level: node.level - 1, index: 2 * node.index))
      let right = tree(Subtree(level: node.level - 1, index: 2 * node.index + 1))
      return combine(left, right)
    }
    var slots = plans.map { $0.subtrees.map { tree($0) ?? "" } }
    var positions = Array(repeating: 0, count: ranks)
    var sent: [[Int]: [String]] = [:]
    var hasExchanged: Set<[Int]> = []
    var isProgressing = true
    while isProgressing {
      isProgressing = false
      for rank in 0..<ranks where positions[rank] < plans[rank].steps.count {
        let step = plans[rank].steps[positions[rank]]
        switch step {
        case .send(let slot, let peer), .sendTotal(let slot, let peer):
          sent[[rank, peer], default: []].append(slots[rank][slot])
        case .exchange(let slot, let peer):
          if hasExchanged.insert([rank, positions[rank]]).inserted {
            sent[[rank, peer], default: []].append(slots[rank][slot])
          }
          guard let value = take(&sent, from: peer, to: rank) else { continue }
          slots[rank][slot] = combine(slots[rank][slot], value) ?? ""
        case .receiveAndCombine(let slot, let peer):
          guard let value = take(&sent, from: peer, to: rank) else { continue }
          slots[rank][slot] = combine(slots[rank][slot], value) ?? ""
        case .receiveTotal(let slot, let peer):
          guard let value = take(&sent, from: peer, to: rank) else { continue }
          slots[rank][slot] = value
        case .combine(let source, let target):
          slots[rank][target] = combine(slots[rank][target], slots[rank][source]) ?? ""
        case .copyTotal(let source, let target):
          slots[rank][target] = slots[rank][source]
        }
        positions[rank] += 1
        isProgressing = true
      }
    }
    for rank in 0..<ranks {
      XCTAssertEqual(positions[rank], plans[rank].steps.count, "rank \(rank) of \(ranks) waits")
    }
    XCTAssertTrue(sent.values.allSatisfy(\.isEmpty), "a message was never received")
    return slots
  }

  private func take(_ sent: inout [[Int]: [String]], from: Int, to: Int) -> String? {
    guard let queue = sent[[from, to]], !queue.isEmpty else { return nil }
    return sent[[from, to]]?.removeFirst()
  }

  /// Commutative, so the textual order of the two sides is fixed; not associative.
  private func combine(_ a: String?, _ b: String?) -> String? {
    guard let a, let b else { return a ?? b }
    return "(" + [a, b].sorted().joined(separator: "+") + ")"
  }

  func testEveryRankCountCombinesInTheSameTree() {
    for microBatches in 1...17 {
      let reference = totals(microBatches: microBatches, ranks: 1)[0][0]
      for ranks in 1...microBatches {
        for slots in totals(microBatches: microBatches, ranks: ranks) {
          for slot in slots { XCTAssertEqual(slot, reference) }
        }
      }
    }
  }

  func testGroupsEndAtTheirLevel() {
    for microBatches in [4, 6, 8, 12, 16] {
      for groupLevel in 0...3 {
        let reference = totals(microBatches: microBatches, ranks: 1, groupLevel: groupLevel)[0]
        for ranks in 1...microBatches {
          let partition = MicroBatchPartition(microBatchCount: microBatches, rankCount: ranks)
          let all = totals(microBatches: microBatches, ranks: ranks, groupLevel: groupLevel)
          for rank in 0..<ranks {
            let subtrees = partition.subtrees(of: rank, upTo: groupLevel)
            for (subtree, total) in zip(subtrees, all[rank]) {
              let group = subtree.index >> (min(groupLevel, partition.treeLevels) - subtree.level)
              XCTAssertEqual(total, reference[group], "\(microBatches) \(groupLevel) \(ranks)")
            }
          }
        }
      }
    }
  }

  func testPowersOfTwoUseRecursiveDoubling() {
    for ranks in [1, 2, 4, 8] {
      let partition = MicroBatchPartition(microBatchCount: 8, rankCount: ranks)
      for rank in 0..<ranks {
        let plan = ReductionPlan(partition: partition, rank: rank)
        XCTAssertTrue(plan.isRecursiveDoubling)
        XCTAssertEqual(1 << plan.steps.count, ranks)
      }
    }
  }

  func testShortBatchesAreSpreadEvenly() {
    let partition = MicroBatchPartition(microBatchCount: 8, rankCount: 3)
    for imageCount in 0...64 {
      let runs = (0..<8).map { partition.images(of: $0, imageCount: imageCount) }
      XCTAssertEqual(runs.flatMap { Array($0) }, Array(0..<imageCount))
      let sizes = runs.map(\.count)
      XCTAssertLessThanOrEqual((sizes.max() ?? 0) - (sizes.min() ?? 0), 1)
    }
  }
}
