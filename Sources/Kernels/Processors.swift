import COpenBLAS
import Glibc

/// Processors that this process may run on.
package enum Processors {
  /// Numbers of those that affinity mask and control group leave to it; empty where the system does
  /// not tell.
  package static var allowed: [Int] {
    guard let file = fopen("/proc/self/status", "r") else { return [] }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    let name = "Cpus_allowed_list:"
    while getline(&line, &capacity, file) > 0, let start = line {
      let text = String(cString: start)
      guard text.hasPrefix(name) else { continue }
      return text.dropFirst(name.count).split { $0 == "," || $0.isWhitespace }.flatMap { run in
        let ends = run.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, first <= last else { return [Int]() }
        return Array(first...last)
      }
    }
    return []
  }

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
