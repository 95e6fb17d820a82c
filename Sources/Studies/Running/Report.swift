/// What a rank tells the dispatcher; but for ``signal(_:)``, the first one of a group for all of
/// it.
package enum Report: Codable {
  /// A job begins, or goes on where it was left, with so many epochs to train.
  case began(number: Int, epochs: Double)
  /// A job is done.
  case done(number: Int, LedgerEntry, Timing)
  /// A job was stopped and is saved.
  case stopped(number: Int, StopReason, Timing)
  /// A job cannot go on, nor can the study.
  case failed(number: Int, kind: Int32, description: String)
  /// Something to know of a job, which goes on.
  case noticed(String)
  /// This rank has nothing to do and was asked to stop.
  case signal(Int32)

  /// Where the time of a group has gone.
  package struct Timing: Codable {
    /// Seconds until the first step, and all of them.
    package let startSeconds, seconds: Double
    /// Epochs that were trained in that time: fewer than the job adds, where it went on or
    /// diverged.
    package let epochs: Double

    package init(startSeconds: Double, seconds: Double, epochs: Double) {
      self.startSeconds = startSeconds
      self.seconds = seconds
      self.epochs = epochs
    }
  }
}
