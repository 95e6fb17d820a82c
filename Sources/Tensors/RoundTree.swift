/// The top of the tree over a batch's micro-batches, where the batch is worked off in rounds.
///
/// Each round is a whole subtree of 2ⁿ micro-batches, so what remains is a tree over the rounds. It
/// is climbed while they come, like the carry of a binary counter: no more sums wait for their
/// right neighbour than the tree has levels. A round without right neighbour is handed up as it is.
public struct RoundTree: Sendable, Equatable {
  /// Rounds of the batch.
  public let rounds: Int

  /// Describes the tree of a number of rounds, at least 1.
  public init(rounds: Int) {
    precondition(rounds >= 1, "a batch has no \(rounds) rounds")
    self.rounds = rounds
  }

  /// Sums that may have to wait at the same time; none for a single round.
  public var slots: Int { rounds == 1 ? 0 : Int.bitWidth - (rounds - 1).leadingZeroBitCount }

  /// Takes in the total of a round; after the last it has become the total of the batch.
  ///
  /// - Parameters:
  ///   - round: From 0, one after the other.
  ///   - add: Adds what waits in a slot, the left neighbour, to the total.
  ///   - keep: Copies the total to a slot, to wait.
  public func take(
    _ round: Int, add: (_ slot: Int) -> Void, keep: (_ slot: Int) -> Void
  ) {
    var waiting = round.nonzeroBitCount
    let isLast = round == rounds - 1
    for _ in 0..<(isLast ? waiting : (~round).trailingZeroBitCount) {
      waiting -= 1
      add(waiting)
    }
    if !isLast { keep(waiting) }
  }
}
