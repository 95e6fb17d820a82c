/// Numbers of ranks, as in `1,2,4`: in their order, each once.
struct RankCounts: CustomStringConvertible {
  let counts: [Int]

  init(_ counts: [Int]) { self.counts = counts }

  init(_ text: String) throws(BoundedNumber.Refusal) {
    var counts: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      counts.insert(
        try BoundedNumber.whole(part.filter { $0 != " " }, 1...4_096, "ranks, such as 1,2,4"))
    }
    self.counts = counts.sorted()
  }

  var description: String { counts.map { "\($0)" }.joined(separator: ",") }
}
