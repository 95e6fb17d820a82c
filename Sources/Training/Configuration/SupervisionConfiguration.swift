/// Section `supervision`: how ranks watch over each other.
public struct SupervisionConfiguration: Sendable, Equatable {
  /// Seconds without progress after which a rank counts as stuck and the job ends with code 5; 0 for
  /// never. Default 60: ten times the longest kernel of the largest networks on a slow core, or the
  /// longest that a busy file system keeps a reader waiting, and still short for whoever pays for
  /// the other cores. Lost ranks are noticed in seconds whatever this is.
  public internal(set) var deadline = 60.0

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.value("deadline", &deadline, .atLeast(0))
  }
}
