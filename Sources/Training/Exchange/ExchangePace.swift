/// How much of the gradients may be on the wire without standing in the way of batch-norm
/// statistics.
///
/// Statistics are waited for, and on a slow link they queue behind whatever was sent before. A step
/// is the same sequence of computing and waiting as the step before, so it is known when the next
/// statistics are due: what would not have arrived by then stays back. The link is busy all the
/// same, and free when it matters.
struct ExchangePace {
  /// What a float of the gradient takes on its way through the tree, in seconds.
  private let secondsPerFloat: Double
  /// Seconds of computing before each exchange of statistics, in the steps before.
  private var intervals: [Double] = []
  /// The exchange that comes next; counted from the first backward pass on.
  private var next: Int?
  private var lastEnd = ContinuousClock.now

  init(secondsPerFloat: Double) { self.secondsPerFloat = secondsPerFloat }

  /// Begins the backward pass of a step.
  mutating func begin() {
    next = 0
    lastEnd = .now
  }

  /// An exchange of statistics began, and has ended now.
  mutating func exchanged(since start: ContinuousClock.Instant) {
    guard let next else { return }
    let seconds = (start - lastEnd) / .seconds(1)
    if next < intervals.count {
      // Too short a time costs the wire a little; too long a one makes statistics wait.
      intervals[next] = min(seconds, intervals[next] + (seconds - intervals[next]) / 4)
    } else {
      intervals.append(seconds)
    }
    self.next = next + 1
    lastEnd = .now
  }

  /// Floats that arrive before statistics are due; without bound where none are known to come.
  var floatsThatFit: Int {
    guard let next, next < intervals.count else { return .max }
    let secondsLeft = intervals[next] - (ContinuousClock.now - lastEnd) / .seconds(1)
    return secondsLeft <= 0 ? 0 : Int(min(secondsLeft / secondsPerFloat, 0x1p60))
  }
}
