/// Section `supervision`: how ranks watch over each other.
public struct SupervisionConfiguration: Sendable, Equatable {
  /// Seconds without progress after which a rank counts as stuck and the job ends with code 5; 0
  /// for never. Default 60: between two notes of progress a rank computes a layer of its images, or
  /// reads a shard, which takes seconds at most, and tens of them where a busy file system keeps it
  /// waiting; meanwhile all other cores are paid for in vain. Lost ranks are noticed in seconds
  /// whatever this is.
  public internal(set) var deadline = 60.0

  /// All defaults.
  package init() {}

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.value("deadline", &deadline, .closed(0, 1e7))
    // Of a rank that is well, half a second may pass between two heartbeats, and more on a busy
    // host.
    keys.require(
      deadline == 0 || deadline >= 2, "supervision", "deadline",
      "\(deadline) is too short to tell a stuck rank from a slow one; allowed: 0 (never), or 2 to 10000000"
    )
  }
}
