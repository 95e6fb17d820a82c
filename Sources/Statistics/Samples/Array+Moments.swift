extension [Double] {
  /// The mean; exactly the value where all are equal.
  ///
  /// - Precondition: There is a value.
  package var mean: Double {
    // Without the shift, the mean of equal values is off by their rounding, and their deviation not
    // 0.
    let first = self[0]
    return first + reduce(0) { $0 + ($1 - first) } / Double(count)
  }

  /// The mean; `nil` without values.
  package var meanIfAny: Double? { isEmpty ? nil : mean }

  /// Sum of squares of the distances from the mean; 0 where all are equal.
  package var squaredDistances: Double {
    guard !isEmpty else { return 0 }
    let mean = mean
    return reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }

  /// The value that a share of sorted values does not exceed, linear between neighbours.
  ///
  /// - Precondition: The values are in ascending order, and there is one.
  package func sortedQuantile(_ share: Double) -> Double {
    let place = share * Double(count - 1)
    let below = Int(place)
    guard below + 1 < count else { return self[count - 1] }
    return self[below] + (place - Double(below)) * (self[below + 1] - self[below])
  }
}
