import Boundary
import Foundation
import Hosts
import Supervision
import Training

/// An error as the user meets it: one line on standard error and an exit code.
struct Failure: Error {
  let code: Int32
  let message: String?
  /// Whether all ranks know of it and end by themselves; otherwise the others must be ended.
  let isAgreed: Bool

  init(_ kind: FaultKind, _ message: String?, isAgreed: Bool = false) {
    code = kind.rawValue
    self.message = message
    self.isAgreed = isAgreed
  }

  /// The end of a command by a signal, with what was reached.
  init(stoppedBy signal: Int32, _ state: String, isAgreed: Bool) {
    code = StopSignal.exitCode(signal)
    message = "stopped by \(StopSignal.name(signal)) \(state)"
    self.isAgreed = isAgreed
  }

  /// An end with a code whose reason was already told, or is told here.
  init(silently code: Int32, _ message: String? = nil) {
    self.code = code
    self.message = message
    isAgreed = true
  }

  /// Classifies an error of one of the libraries.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let interruption as Interruption:
      self.init(stoppedBy: interruption.signal, interruption.state, isAgreed: false)
    case let fault as any Fault:
      if let signal = (fault as? TrainingError)?.stopSignal {
        self.init(stoppedBy: signal, fault.description, isAgreed: fault.isShared)
      } else {
        self.init(fault.faultKind, fault.description, isAgreed: fault.isShared)
      }
    default:
      self.init(.check, "\(error.systemReason): nobody expected this; report it with the command")
    }
  }

  /// Tells the others that this rank ends, and how.
  func told(to watch: Watch) -> Failure {
    if code == FaultKind.rankLost.rawValue { watch.waitForVerdict() }
    watch.log.note("ends with code \(code): \(message ?? "without a word")")
    watch.end(isAgreed ? .done : .failed(code: code))
    return self
  }

  /// Writes the line, if there is one.
  func report() { if let message { StandardError.warn(message) } }

  /// Reports and ends the process.
  func exit() -> Never {
    report()
    Foundation.exit(code)
  }
}
