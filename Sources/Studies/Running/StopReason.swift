import Glibc

/// Why a training saves and stops before its job is done.
package enum StopReason: Codable, Equatable {
  /// The dispatcher wants its ranks for something else: it goes on later.
  case pause
  /// A rank was asked to stop, which ends the study.
  case signal(Int32)

  /// Ranks of a training agree on signals and know no pause: this one stands for it among them.
  private static let signalOfPause = SIGUSR1

  /// What the ranks of the training are told.
  package var signal: Int32 {
    switch self {
    case .pause: Self.signalOfPause
    case .signal(let signal): signal
    }
  }

  /// Why a training has stopped.
  ///
  /// - Parameters:
  ///   - signal: What its ranks have agreed on.
  ///   - asked: What this rank was asked last, if it was.
  package init(signal: Int32, asked: StopReason?) {
    self = asked == .pause && signal == Self.signalOfPause ? .pause : .signal(signal)
  }
}
