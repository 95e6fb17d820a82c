/// The times of a watch, in seconds.
package struct WatchTiming: Sendable {
  /// Seconds without progress after which a rank counts as stuck; 0 for never.
  package var deadline: Double
  /// Between two heartbeats.
  package var beat = 0.5
  /// A host that has not answered the kernel for so long is gone. Rank 0 finds that earlier than
  /// the others: where both sides are alive, its word is the first.
  package var silenceOfHosts = 2.5
  package var silenceOfFirstHost = 3.5
  /// Of silence from another host, until the kernels would have found out that it is gone.
  package var kernelsKnow = 5.0
  /// For rank 0 to learn whether other hosts are silent as well.
  package var gathering = 0.6
  /// For rank 0 to have the first word where its host seems to be gone.
  package var courtesy = 0.7
  /// For the one that speaks to end before the others.
  package var precedence = 0.3
  /// For a deputy to speak where rank 0 is stuck, before the others do.
  package var deputyPrecedence = 3.0
  /// For a rank that has failed to end all the others.
  package var patience = 10.0
  /// For the file system to take last words.
  package var lastWords = 0.4
  /// For rank 0 to answer one attempt to connect.
  package var answering = 2.0
  /// For a rank to reach rank 0, whoever else is at its door.
  package var connecting = 8.0
  /// For who knocks at rank 0 to prove that it belongs to the job.
  package var strangersPatience = 1.0

  /// The usual times.
  package init(deadline: Double) {
    self.deadline = deadline
    // A rank that tries for longer would be found stuck.
    if deadline > 0 { connecting = min(connecting, max(2, deadline / 2)) }
  }

  /// Has rank 0 hear no more heartbeats a second from thousands of ranks than from hundreds. Lost
  /// processes and hosts are noticed as before; a stuck rank is, a few heartbeats later.
  mutating func adapt(toRanks count: Int) {
    beat *= max(1, Double(count) / 128)
    if deadline > 0 { deadline = max(deadline, 3 * beat) }
  }
}
