/// How much of the time of all ranks nobody trained, in the last session of a study.
package struct IdleShares {
  /// Of the whole session, and of its last quarter.
  package let all, lastQuarter: Double

  /// - Returns: Nil where nothing was done.
  package init?(_ slots: [Slot]) {
    guard let start = slots.map(\.sessionStart).max() else { return nil }
    let own = slots.filter { $0.sessionStart == start }
    guard let end = own.map(\.end).max(), end > start, let ranks = own.first?.rankCount else {
      return nil
    }
    func idle(from first: Double) -> Double {
      let busy = own.reduce(0) { sum, slot in
        sum + max(0, slot.end - max(first, slot.end - slot.seconds)) * Double(slot.ranks.count)
      }
      return max(0, 1 - busy / ((end - first) * Double(ranks)))
    }
    all = idle(from: start)
    lastQuarter = idle(from: start + 0.75 * (end - start))
  }
}
