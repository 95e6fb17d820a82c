import Foundation

/// Micro-batches in the order of their use, in a ring of buffers: filled by threads, used by one.
final class LoaderQueue: @unchecked Sendable {
  private let count: Int
  private let buffers: [MicroBatchBuffer]

  /// Guards everything below, and the contents of a buffer while it changes hands.
  private let condition = NSCondition()
  /// Number of the micro-batch that the next idle thread prepares.
  private var next = 0
  /// Number of the micro-batch that is used next.
  private var used = 0
  /// What came of the last micro-batch in each buffer.
  private var outcomes: [(number: Int, failure: DatasetError?)]
  private var isStopping = false
  private var threads = 0

  init(count: Int, buffers: [MicroBatchBuffer]) {
    self.count = count
    self.buffers = buffers
    outcomes = buffers.map { _ in (-1, nil) }
  }

  // MARK: The thread that uses

  /// The micro-batch to be used next, and where it is prepared.
  var front: (number: Int, buffer: MicroBatchBuffer) {
    precondition(used < count, "all \(count) micro-batches are used up")
    return (used, buffers[used % buffers.count])
  }

  /// Waits until the micro-batch to be used next is prepared.
  ///
  /// - Throws: When it could not be.
  func waitForFront() throws(DatasetError) {
    condition.lock()
    defer { condition.unlock() }
    let slot = used % buffers.count
    while outcomes[slot].number != used { condition.wait() }
    if let failure = outcomes[slot].failure { throw failure }
  }

  /// Gives the buffer that was used back.
  func removeFront() {
    condition.withLock {
      used += 1
      condition.broadcast()
    }
  }

  /// Announces a thread that will call ``work(_:)``.
  func addThread() {
    condition.withLock { threads += 1 }
  }

  /// Ends all threads and returns when they are gone.
  func stop() {
    condition.withLock {
      isStopping = true
      condition.broadcast()
      while threads > 0 { condition.wait() }
    }
  }

  // MARK: Threads that fill

  /// Prepares one micro-batch after another until there are no more, or the queue is stopped.
  func work(_ prepare: Loader.Preparation) {
    let scratch = ImageScratch()
    condition.lock()
    while true {
      while !isStopping && next < count && next - used >= buffers.count { condition.wait() }
      if isStopping || next >= count { break }
      let number = next
      next += 1
      condition.unlock()
      let slot = number % buffers.count
      var failure: DatasetError?
      do throws(DatasetError) {
        try prepare(number, buffers[slot], scratch)
      } catch { failure = error }
      condition.lock()
      outcomes[slot] = (number, failure)
      condition.broadcast()
    }
    threads -= 1
    condition.broadcast()
    condition.unlock()
  }
}
