import Boundary
import Glibc

/// Notes when a training asks whether to stop, and has it stop when that was often enough.
final class StepClock {
  private var fewest: Int
  private let seconds: Double
  private var times: [Double] = []

  /// - Parameters:
  ///   - fewest: Steps, of a question each, that are measured at least, after as many that are not.
  ///   - seconds: Seconds that they take together at least.
  init(fewest: Int, seconds: Double) {
    self.fewest = fewest
    self.seconds = seconds
  }

  /// Begins anew.
  func restart(fewest: Int) {
    self.fewest = fewest
    times = []
  }

  /// When it was asked last.
  var last: Double? { times.last }

  /// Is asked whether to stop.
  func ask() -> Int32? {
    times.append(MonotonicTime.seconds)
    let measured = times.count - 1 - warmup
    guard measured >= fewest, let last, last - times[warmup] >= seconds else { return nil }
    return SIGUSR1
  }

  /// Questions before anything is measured: first steps find caches cold.
  private var warmup: Int { fewest }

  /// Median of the seconds between two questions; 0 where there were too few.
  var secondsBetween: Double {
    let first = times.count > warmup + 1 ? warmup : 0
    let gaps = zip(times[first...], times[first...].dropFirst()).map { $1 - $0 }.sorted()
    return gaps.isEmpty ? 0 : gaps[gaps.count / 2]
  }
}
