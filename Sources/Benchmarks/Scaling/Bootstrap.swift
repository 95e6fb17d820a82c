import Tensors

/// Confidence intervals from the measured values themselves, without an assumed distribution.
///
/// Values of one repetition are more alike than those of others, so both are drawn again: the
/// repetitions, and within each the values. Random numbers are counter-based: the same values have
/// the same interval.
package enum Bootstrap {
  /// A value between two bounds.
  package struct Interval: Sendable, Codable, Equatable {
    package var value, low, high: Double
  }

  /// Times that everything is drawn again.
  static let draws = 2_000
  /// Share of the draws that lie within the bounds.
  static let confidence = 0.95

  /// The median of all values, between bounds for it.
  ///
  /// - Parameter repetitions: The values of each repetition, none empty.
  package static func median(_ repetitions: [[Double]]) -> Interval {
    var random = CounterRandom(seed: 1, purpose: .bootstrap)
    return interval(
      of: repetitions.joined().median,
      (0..<draws).map { _ in
        redrawn(repetitions, &random).median
      })
  }

  /// The ratio of the medians of two samples that were drawn independently.
  package static func ratio(_ above: [[Double]], to below: [[Double]]) -> Interval {
    var random = CounterRandom(seed: 2, purpose: .bootstrap)
    return interval(
      of: above.joined().median / below.joined().median,
      (0..<draws).map { _ in
        redrawn(above, &random).median / redrawn(below, &random).median
      })
  }

  private static func redrawn(_ repetitions: [[Double]], _ random: inout CounterRandom) -> [Double]
  {
    var result: [Double] = []
    for _ in repetitions {
      let repetition = repetitions[random.index(below: repetitions.count)]
      for _ in repetition { result.append(repetition[random.index(below: repetition.count)]) }
    }
    return result
  }

  private static func interval(of value: Double, _ draws: [Double]) -> Interval {
    let sorted = draws.sorted()
    func quantile(_ share: Double) -> Double {
      sorted[Int((share * Double(sorted.count - 1)).rounded())]
    }
    return Interval(
      value: value, low: quantile((1 - confidence) / 2), high: quantile((1 + confidence) / 2))
  }
}

extension CounterRandom {
  /// Uniform in `0 ..< count`.
  mutating func index(below count: Int) -> Int { Int(uniform() * Double(count)) }
}

extension RandomPurpose {
  /// Measurements drawn again, and steps that simulated ranks replay.
  static let bootstrap = RandomPurpose(14)
}
