/// Images that count alike, whichever seeds are drawn.
///
/// What an image adds to an accuracy depends on its results with all seeds only, its profile. There are
/// few of them, 64 for six seeds, so that drawing 10,000 images again is drawing how many fall on each.
struct ImageProfiles {
  /// Images, N.
  let imageCount: Int
  /// Seeds, S.
  let seedCount: Int
  /// Different profiles, `[profile][S]`, in the order of their first images.
  private(set) var profiles: [[Int8]] = []
  /// Images of each.
  private(set) var counts: [Int] = []

  /// Sorts images.
  ///
  /// - Parameter results: What an image counts with a seed, `[S][N]`.
  init(_ results: [[Int8]]) {
    seedCount = results.count
    imageCount = results.first?.count ?? 0
    precondition(
      results.allSatisfy { $0.count == imageCount }, "all seeds have results of the same images")
    var places: [[Int8]: Int] = [:]
    for image in 0..<imageCount {
      let profile = results.map { $0[image] }
      if let place = places[profile] {
        counts[place] += 1
      } else {
        places[profile] = profiles.count
        profiles.append(profile)
        counts.append(1)
      }
    }
  }

  /// Mean over seeds and images.
  var mean: Double { mean(of: total(weights: Array(repeating: 1, count: seedCount))) }

  private func total(weights: [Int]) -> Int {
    zip(profiles, counts).reduce(0) { $0 + sum($1.0, weights) * $1.1 }
  }

  /// The mean for the sum over all seeds and images.
  func mean(of total: Int) -> Double { Double(total) / Double(seedCount * imageCount) }

  /// How many images count how much where seeds have weights.
  ///
  /// - Returns: From −S to S, `[2·S + 1]`.
  func histogram(weights: [Int]) -> [Int] {
    var result = [Int](repeating: 0, count: 2 * seedCount + 1)
    for (profile, count) in zip(profiles, counts) {
      result[sum(profile, weights) + seedCount] += count
    }
    return result
  }

  private func sum(_ profile: [Int8], _ weights: [Int]) -> Int {
    var sum = 0
    for seed in profile.indices { sum += Int(profile[seed]) * weights[seed] }
    return sum
  }
}
