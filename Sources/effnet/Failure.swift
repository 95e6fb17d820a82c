import Benchmarks
import Datasets
import Foundation
import HDF5
import Hosts
import MPI
import Networks
import Supervision
import Training

/// An error as the user meets it: one line on standard error and an exit code.
struct Failure: Error {
  /// What the program ends with.
  enum Code: Int32 {
    case check = 1
    case usage = 2
    case data = 3
    case rankLost = 4
    case numeric = 6
    case output = 7
  }

  let code: Int32
  let message: String?
  /// Whether all ranks know of it and end by themselves; otherwise the others must be ended.
  let isAgreed: Bool

  init(_ code: Code, _ message: String?, isAgreed: Bool = false) {
    self.code = code.rawValue
    self.message = message
    self.isAgreed = isAgreed
  }

  /// The end of a run that saved and stopped.
  init(stoppedBy signal: Int32, afterStep step: Int) {
    self.init(
      stoppedBy: signal, "after step \(step); saved, go on with --resume", isAgreed: true)
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
      self.init(stoppedBy: interruption.signal, "before the end of the benchmark", isAgreed: false)
    case let error as HostsError: self.init(.usage, "\(error)")
    case let error as ConfigurationError: self.init(.usage, "\(error)")
    case let error as TrainingError:
      self.init(Code(error.kind), "\(error)", isAgreed: error.isShared)
    case let error as DatasetError: self.init(Code(error), "\(error)")
    case let error as ReferenceVerification.Failure: self.init(.data, "\(error)")
    case let error as HDF5Error: self.init(.data, "\(error)")
    case let error as MPIError: self.init(.rankLost, "\(error)")
    case let error as ExchangeError: self.init(.rankLost, "\(error)")
    default: self.init(.usage, "\(error)")
    }
  }

  /// Tells the others that this rank ends, and how.
  func told(to watch: Watch) -> Failure {
    if code == Code.rankLost.rawValue { watch.waitForVerdict() }
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

extension Failure.Code {
  fileprivate init(_ kind: TrainingError.Kind) {
    switch kind {
    case .usage: self = .usage
    case .data: self = .data
    case .numeric: self = .numeric
    case .check: self = .check
    case .output: self = .output
    case .communication: self = .rankLost
    }
  }

  fileprivate init(_ error: DatasetError) {
    switch error {
    case .incompatible, .badRequest: self = .usage
    case .notWritten: self = .output
    default: self = .data
    }
  }
}
