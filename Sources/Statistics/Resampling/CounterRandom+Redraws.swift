import Tensors

extension CounterRandom {
  /// Indices below `count`, as many as there are, drawn with replacement.
  mutating func indices(_ count: Int) -> [Int] {
    var result = [Int](repeating: 0, count: count)
    for place in result.indices { result[place] = index(below: count) }
    return result
  }

  /// The mean of each list after its values were drawn again.
  ///
  /// - Precondition: No list is empty; those with common seeds are equally long.
  package mutating func redrawnMeans(_ lists: [[Double]], _ seeds: Resampling.Seeds) -> [Double] {
    guard let first = lists.first else { return [] }
    let common = seeds == .common ? indices(first.count) : nil
    return lists.map { list in
      let drawn = common ?? indices(list.count)
      precondition(drawn.count == list.count, "lists with common seeds are equally long")
      return drawn.map { list[$0] }.mean
    }
  }
}
