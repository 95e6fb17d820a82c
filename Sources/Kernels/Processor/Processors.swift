import CProcessor

/// Processors of the machine, by their numbers.
package enum Processors {
  /// Confines the calling thread, and those that it starts, to one processor.
  ///
  /// - Returns: Whether the system did.
  package static func bind(to processor: Int) -> Bool { bind_to_processor(CInt(processor)) == 0 }

  /// Runs of numbers, such as `0-3,8`.
  package static func text(_ processors: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in processors.sorted() {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    let list = runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    return "processor\(processors.count == 1 ? "" : "s") \(list.joined(separator: ","))"
  }
}
