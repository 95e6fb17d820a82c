import Boundary
import Glibc
import Synchronization

/// What a process is doing, noted by the thread that works and read by the one that watches over
/// it.
///
/// Writing is a store to memory: it may be done before and after every exchange.
public final class Activity: Sendable {
  /// Parts of a run.
  public enum Phase: Int, Sendable, CaseIterable {
    case starting, loading, forward, backward, update, evaluating, saving, ending
  }

  private let phaseValue = Atomic<Int>(Phase.starting.rawValue)
  private let stepValue = Atomic<Int>(0)
  private let trainingValue = Atomic<UInt64>(0)
  private let progressValue = Atomic<Int>(0)
  private let exchangeValue = Atomic<Int>(0)
  private let waitingValue = Atomic<Bool>(false)
  private let waitingSince = Atomic<UInt64>(0)
  private let waitedValue = Atomic<UInt64>(0)

  /// Begins in ``Phase/starting``.
  public init() {}

  /// Enters a phase.
  ///
  /// - Parameter step: Steps taken; as before unless given.
  public func enter(_ phase: Phase, step: Int? = nil) {
    phaseValue.store(phase.rawValue, ordering: .relaxed)
    if let step { stepValue.store(step, ordering: .relaxed) }
    advance()
  }

  /// Begins one of several trainings, whose ranks count their exchanges anew.
  ///
  /// - Parameter identity: Tells it from all others, in sixteen hexadecimal digits; 0 between two of
  ///   them.
  public func begin(training identity: UInt64) {
    exchangeValue.store(0, ordering: .relaxed)
    trainingValue.store(identity, ordering: .relaxed)
    enter(.starting, step: 0)
  }

  /// Notes that work goes on within a phase.
  public func advance() { progressValue.add(1, ordering: .relaxed) }

  /// Begins to wait for other ranks.
  public func beginExchange() {
    exchangeValue.add(1, ordering: .relaxed)
    waitingSince.store(MonotonicTime.nanoseconds, ordering: .relaxed)
    waitingValue.store(true, ordering: .relaxed)
    advance()
  }

  /// The other ranks have answered.
  public func endExchange() {
    waitingValue.store(false, ordering: .relaxed)
    let waited = MonotonicTime.nanoseconds - waitingSince.load(ordering: .relaxed)
    waitedValue.add(waited, ordering: .relaxed)
    advance()
  }

  /// Waits for other ranks in `body`.
  public func exchange<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    beginExchange()
    defer { endExchange() }
    return try body()
  }

  /// The phase last entered.
  public var phase: Phase { Phase(rawValue: phaseValue.load(ordering: .relaxed)) ?? .starting }
  /// Tells the training from others; 0 where there is but one.
  public var training: UInt64 { trainingValue.load(ordering: .relaxed) }
  /// Steps taken.
  public var step: Int { stepValue.load(ordering: .relaxed) }
  /// Grows with everything that is noted.
  public var progress: Int { progressValue.load(ordering: .relaxed) }
  /// Exchanges begun: the same sequence on all ranks of a training, so the lowest number is the
  /// furthest behind.
  public var exchanges: Int { exchangeValue.load(ordering: .relaxed) }
  /// Whether it waits for other ranks.
  public var isWaiting: Bool { waitingValue.load(ordering: .relaxed) }
  /// Seconds waited for other ranks in all exchanges that are over.
  public var secondsWaited: Double { 1e-9 * Double(waitedValue.load(ordering: .relaxed)) }
}
