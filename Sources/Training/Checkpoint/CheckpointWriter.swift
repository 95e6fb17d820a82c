import Foundation
internal import Supervision
import Synchronization
import Tensors

/// Writes checkpoints while training goes on, one at a time.
///
/// The training thread copies the state into arenas that were made once. Everything else happens on
/// a thread of the lowest priority that still gets on: against a thread that computes it has 15 of
/// 1,039 shares of a core (nice 19), 1.4 %, where the idle class would have 0.3 %. Whoever needs
/// the file waits for it, which leaves the core to the writer.
final class CheckpointWriter: @unchecked Sendable {
  // Unchecked: the copy belongs to the writing thread while there is one, all else to the lock.

  /// A checkpoint that was verified and has its name.
  struct Published: Sendable {
    let path: String
    let step: Int
    /// See ``RunFolder/Retention``.
    let isOwn: [Int: Bool]
    /// What is to be told of older ones.
    let notices: [String]
  }

  private let copy: ModelState
  private let activity: Activity
  /// Parts that were written.
  private let parts = Atomic(0)
  private let condition = NSCondition()
  private var isWriting = false
  private var isAwaited = false
  private var thread: id_t?
  private var result: Result<Published, TrainingError>?

  /// Makes arenas for a second state like this one.
  ///
  /// - Parameter activity: Learns that the writer gets on while the training thread waits for it.
  init(_ state: ModelState, _ activity: Activity) throws(MemoryShortage) {
    self.activity = activity
    copy = try ModelState(like: state)
    // The system gives memory when it is first written, which no step is to wait for.
    copy.copy(state)
  }

  /// Whether the last checkpoint is still being written.
  var isBusy: Bool { condition.withLock { isWriting } }

  /// Begins to write a state.
  ///
  /// - Parameters:
  ///   - body: Writes the copy and returns what then exists; on the writing thread. Its second
  ///     argument is to be called whenever a part is done.
  /// - Precondition: What was begun before has been collected by ``finish()``.
  func begin(
    _ state: ModelState,
    _ body: @escaping @Sendable (ModelState, () -> Void) throws(TrainingError) -> Published
  ) {
    precondition(!isBusy, "two checkpoints at a time")
    copy.copy(state)
    condition.withLock { isWriting = true }
    Thread { [self] in
      condition.withLock {
        // Linux: `PID/task/TID`, and priorities that belong to threads.
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        thread = own?.split(separator: "/").last.flatMap { id_t($0) }
        if !isAwaited { setPriority(of: 0, 19) }
      }
      let outcome: Result<Published, TrainingError>
      do throws(TrainingError) {
        outcome = .success(try body(copy) { parts.add(1, ordering: .relaxed) })
      } catch {
        outcome = .failure(error)
      }
      condition.withLock {
        (result, isWriting, thread) = (outcome, false, nil)
        condition.broadcast()
      }
    }.start()
  }

  /// Takes what was written since this was last called, if it is finished.
  ///
  /// - Throws: What kept the last checkpoint from being written.
  func collect() throws(TrainingError) -> Published? {
    condition.lock()
    defer { condition.unlock() }
    defer { result = nil }
    return try result?.get()
  }

  /// Waits until nothing is being written, and takes what was.
  ///
  /// - Throws: What kept the last checkpoint from being written.
  func finish() throws(TrainingError) -> Published? {
    condition.withLock {
      // Where the system does not allow it, the writer has the core of whoever waits all the same.
      isAwaited = true
      if let thread { setPriority(of: thread, 0) }
      while isWriting {
        let before = parts.load(ordering: .relaxed)
        _ = condition.wait(until: Date(timeIntervalSinceNow: 1))
        if parts.load(ordering: .relaxed) != before { activity.advance() }
      }
      isAwaited = false
    }
    return try collect()
  }

  /// Only asked for: with another priority the writer is as right, and sooner or later as quick.
  private func setPriority(of thread: id_t, _ nice: Int32) {
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), thread, nice)
  }
}
