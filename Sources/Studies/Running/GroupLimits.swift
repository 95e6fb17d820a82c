/// How many groups the ranks of a study can form.
package struct GroupLimits: Sendable {
  /// Ranks that a training needs for its memory.
  package let leastRanks: Int
  /// Ranks that can share a training: its micro-batches.
  package let mostRanks: Int
  /// A number of groups that is kept to whatever there is to do.
  package let fixed: Int?

  package init(leastRanks: Int = 1, mostRanks: Int, fixed: Int? = nil) {
    self.leastRanks = leastRanks
    self.mostRanks = mostRanks
    self.fixed = fixed
  }

  /// The number of groups for so many jobs: one for each, as long as there are ranks.
  func groupCount(jobs: Int, ranks: Int) -> Int {
    let least = (ranks + mostRanks - 1) / mostRanks
    let most = max(least, ranks / leastRanks)
    return min(max(fixed ?? jobs, least), most)
  }
}
