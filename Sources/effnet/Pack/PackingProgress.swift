import Boundary
import Packing

/// Shows how far packing is: one line that changes on a terminal, a line now and then elsewhere.
final class PackingProgress: PackingObserver {
  private let isTerminal = StandardOutput.isTerminal
  private let isSilent: Bool
  private var lastShown = MonotonicTime.seconds

  /// - Parameter isSilent: Whether another rank speaks.
  init(isSilent: Bool) { self.isSilent = isSilent }

  func progressed(_ activity: String, _ done: Int, of total: Int) {
    guard !isSilent, MonotonicTime.seconds - lastShown > (isTerminal ? 0.2 : 10) else { return }
    lastShown = MonotonicTime.seconds
    let line = "\(activity) \((min(done, total)).groupedText) of \(total.groupedText) pictures"
    if isTerminal {
      StandardOutput.restartLine()
      print(line, terminator: "")
      StandardOutput.flush()
    } else {
      print(line)
    }
  }

  /// Makes room for other lines.
  func clear() {
    if isTerminal && !isSilent { StandardOutput.restartLine() }
  }
}
