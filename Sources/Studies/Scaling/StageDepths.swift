/// Divides a number of blocks among the stages of a network, in proportion to those of its base.
///
/// By largest remainder, so that no stage is rounded up as a rule, as `ceil(d·n)` does: that costs
/// 16 to 26 % more multiply-adds than asked for in compound scaling.
enum StageDepths {
  /// - Parameters:
  ///   - total: Blocks of all stages, at least one for each.
  ///   - base: Blocks of each stage of the base.
  /// - Returns: Blocks of each stage, at least 1; of equal remainders the earlier stage is first.
  static func divide(_ total: Int, like base: [Int]) -> [Int] {
    precondition(total >= base.count && !base.isEmpty, "every stage needs a block")
    let sum = base.reduce(0, +)
    // In whole numbers: quotas in parts of `sum`.
    let quotas = base.map { $0 * total }
    var depths = quotas.map { max(1, $0 / sum) }
    func lack(_ stage: Int) -> Int { quotas[stage] - depths[stage] * sum }
    var missing = total - depths.reduce(0, +)
    while missing > 0 {
      let stage = base.indices.max { (lack($0), $1) < (lack($1), $0) } ?? 0
      depths[stage] += 1
      missing -= 1
    }
    while missing < 0 {
      // The later stage gives first, as it takes last.
      let givers = base.indices.filter { depths[$0] > 1 }
      let stage = givers.min { (lack($0), $1) < (lack($1), $0) } ?? 0
      depths[stage] -= 1
      missing += 1
    }
    return depths
  }
}
