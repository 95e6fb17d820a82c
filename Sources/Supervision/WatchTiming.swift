/// The times of a watch, in seconds.
public struct WatchTiming: Sendable {
  /// Seconds without progress after which a rank counts as stuck; 0 for never.
  public var deadline: Double
  /// Between two heartbeats.
  var beat = 0.5
  /// A host that has not answered the kernel for so long is gone. Rank 0 finds that earlier than the
  /// others: where both sides are alive, its word is the first.
  var silenceOfHosts = 2.5
  var silenceOfFirstHost = 3.5
  /// For rank 0 to have the first word where its host seems to be gone.
  var courtesy = 0.7
  /// For the one that speaks to end before the others.
  var precedence = 0.3
  /// For a deputy to speak where rank 0 is stuck, before the others do.
  var deputyPrecedence = 3.0
  /// For a rank that has failed to end all the others.
  var patience = 10.0
  /// For the file system to take last words.
  var lastWords = 0.4
  /// For rank 0 to answer a connection.
  var connecting = 2

  /// The usual times.
  public init(deadline: Double) { self.deadline = deadline }
}
