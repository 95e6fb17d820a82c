import Boundary
import Glibc

/// The state of a process at one moment.
package struct Pulse: Equatable {
  /// Tells its training from others; 0 where there is but one.
  package var training: UInt64 = 0
  package var step = 0
  package var phase = Activity.Phase.starting
  package var progress = 0
  package var exchanges = 0
  package var isWaiting = false
  /// Bytes of memory in use.
  package var resident = 0

  package init() {}

  /// Where in the run it is; steps count from 1, as those that are taken at the moment.
  var place: String {
    let place =
      switch phase {
      case .starting: "at the start"
      case .loading, .forward, .backward, .update: "in step \(step.saturatingSum(1)), \(phase)"
      case .evaluating, .saving, .ending: "after step \(step), \(phase)"
      }
    guard training > 0 else { return place }
    let digits = String(training, radix: 16)
    return "\(place) of training \(String(repeating: "0", count: 16 - digits.count))\(digits)"
  }

  /// The step that it is in, or the last that it took.
  var currentStep: Int {
    switch phase {
    case .loading, .forward, .backward, .update: step.saturatingSum(1)
    case .starting, .evaluating, .saving, .ending: step
    }
  }
}

extension Pulse {
  /// That of this process.
  init(_ activity: Activity, resident: Int = 0) {
    training = activity.training
    step = activity.step
    phase = activity.phase
    progress = activity.progress
    exchanges = activity.exchanges
    isWaiting = activity.isWaiting
    self.resident = resident
  }

  /// Bytes of memory that this process has in use.
  static var ownResident: Int {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { text in
      let count = max(0, read(file, text.baseAddress, text.count))
      let fields = text[..<count].split(separator: UInt8(ascii: " "))
      guard fields.count > 1 else { return 0 }
      return (Int(String(decoding: fields[1], as: UTF8.self)) ?? 0) * Int(getpagesize())
    }
  }
}
