/// How one rank takes part in the fixed binary tree over the micro-batches.
///
/// Whatever the number of ranks, a total is the same sequence of pairwise combinations: each rank
/// brings the results of its aligned subtrees (one *slot* each), and the steps below combine them
/// in the order of the tree. Afterwards every slot holds the total of its group. Combination must
/// be commutative, bit for bit; it need not be associative.
public struct ReductionPlan: Sendable, Equatable {
  /// One action of one rank on one of its slots.
  public enum Step: Sendable, Equatable {
    /// Both ranks send their slot to each other and combine: one level of recursive doubling.
    case exchange(slot: Int, peer: Int)
    /// Send the slot to the rank that owns the neighbour.
    case send(slot: Int, peer: Int)
    /// Receive the neighbour and combine it into the slot.
    case receiveAndCombine(slot: Int, peer: Int)
    /// Combine one slot of this rank into another.
    case combine(from: Int, into: Int)
    /// Send the group's total to a rank whose slot it includes.
    case sendTotal(slot: Int, peer: Int)
    /// Receive the group's total.
    case receiveTotal(slot: Int, peer: Int)
    /// Copy the group's total between slots of this rank.
    case copyTotal(from: Int, into: Int)
  }

  /// The subtrees this rank contributes, in slot order.
  public let subtrees: [Subtree]

  /// What this rank does, in order. Blocking sends and receives in this order cannot deadlock.
  public let steps: [Step]

  /// The same over other links: where one of two ranks combines, it is the owner of the right
  /// neighbour instead of the left one's. Steps and mirrored steps in turn spread the traffic of
  /// many totals.
  public let mirroredSteps: [Step]

  /// Whether all of this is recursive doubling over equal aligned runs: one slot, exchanges only.
  public var isRecursiveDoubling: Bool {
    subtrees.count == 1
      && steps.allSatisfy {
        if case .exchange = $0 { true } else { false }
      }
  }

  /// Plans the reduction of groups of `2^groupLevel` micro-batches.
  ///
  /// - Parameters:
  ///   - partition: Who holds which micro-batches.
  ///   - rank: The rank that carries out the steps.
  ///   - groupLevel: Height of the groups; `nil` for the whole batch.
  public init(partition: MicroBatchPartition, rank: Int, groupLevel: Int? = nil) {
    let level = min(groupLevel ?? partition.treeLevels, partition.treeLevels)
    subtrees = partition.subtrees(of: rank, upTo: level)

    struct Place {
      var rank: Int
      var slot: Int
    }
    var frontier: [Subtree: Place] = [:]
    var slotCounts: [Int] = []
    for owner in 0..<partition.rankCount {
      let owned = partition.subtrees(of: owner, upTo: level)
      slotCounts.append(owned.count)
      for (slot, subtree) in owned.enumerated() {
        frontier[subtree] = Place(rank: owner, slot: slot)
      }
    }
    let runLevel = subtrees[0].level
    // Equal runs that fill every group: both sides of each combination can do it, which saves the
    // way back down.
    let heights = Set(frontier.keys.map(\.level))
    let isSymmetric =
      slotCounts.allSatisfy { $0 == 1 } && heights.count == 1
      && partition.rankCount % (1 << (level - runLevel)) == 0

    /// - Parameter frontier: The nodes that are there, and where.
    func plan(_ frontier: [Subtree: Place], isMirrored: Bool) -> [Step] {
      var frontier = frontier
      var up: [Step] = []
      var down: [Step] = []
      for height in 0..<level {
        for index in stride(from: 0, to: 1 << (partition.treeLevels - height), by: 2) {
          let leftNode = Subtree(level: height, index: index)
          let rightNode = Subtree(level: height, index: index + 1)
          guard let left = frontier[leftNode] else { continue }
          frontier[leftNode] = nil
          let parent = Subtree(level: height + 1, index: index / 2)
          frontier[parent] = left
          // Only the end of the batch lacks a right neighbour: the parent is the left one alone.
          guard let right = frontier.removeValue(forKey: rightNode) else { continue }
          if isSymmetric {
            // Every rank below the two nodes combines with its mirror image, not only the owners.
            let width = 1 << (height - runLevel)
            if (left.rank..<left.rank + width).contains(rank) {
              up.append(.exchange(slot: 0, peer: rank + width))
            } else if (right.rank..<right.rank + width).contains(rank) {
              up.append(.exchange(slot: 0, peer: rank - width))
            }
            continue
          }
          let (total, other) = isMirrored ? (right, left) : (left, right)
          frontier[parent] = total
          switch (total.rank == rank, other.rank == rank) {
          case (true, true):
            up.append(.combine(from: other.slot, into: total.slot))
            down.append(.copyTotal(from: total.slot, into: other.slot))
          case (true, false):
            up.append(.receiveAndCombine(slot: total.slot, peer: other.rank))
            down.append(.sendTotal(slot: total.slot, peer: other.rank))
          case (false, true):
            up.append(.send(slot: other.slot, peer: total.rank))
            down.append(.receiveTotal(slot: other.slot, peer: total.rank))
          case (false, false): break
          }
        }
      }
      return up + down.reversed()
    }
    steps = plan(frontier, isMirrored: false)
    mirroredSteps = plan(frontier, isMirrored: true)
  }
}

extension ReductionPlan {
  /// Combines the payloads of this rank's micro-batches up to its subtrees, in place.
  ///
  /// - Parameters:
  ///   - leaves: One payload of `size` values for each local micro-batch. The result of a subtree
  ///     replaces the payload of its first micro-batch.
  ///   - microBatches: The local micro-batches.
  ///   - combine: Adds the right payload to the left one.
  public func combineLeaves<Value>(
    _ leaves: UnsafeMutablePointer<Value>, size: Int, microBatches: Range<Int>,
    combine: (_ left: UnsafeMutablePointer<Value>, _ right: UnsafePointer<Value>) -> Void
  ) {
    for subtree in subtrees {
      let own = subtree.microBatches.clamped(to: microBatches)
      var width = 1
      while width < own.count {
        for left in stride(from: own.lowerBound, to: own.upperBound - width, by: 2 * width) {
          let first = leaves + (left - microBatches.lowerBound) * size
          combine(first, first + width * size)
        }
        width *= 2
      }
    }
  }

  /// Copies the total of each subtree, held by its first micro-batch, to all its micro-batches.
  public func distribute<Value>(
    _ leaves: UnsafeMutablePointer<Value>, size: Int, microBatches: Range<Int>
  ) {
    for subtree in subtrees {
      let own = subtree.microBatches.clamped(to: microBatches)
      let first = leaves + (own.lowerBound - microBatches.lowerBound) * size
      for copy in 1..<max(own.count, 1) {
        (first + copy * size).update(from: first, count: size)
      }
    }
  }
}
