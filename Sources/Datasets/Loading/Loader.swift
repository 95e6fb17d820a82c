import Boundary
import Foundation
public import Tensors

/// Prepares the micro-batches of a rank ahead of their use, on threads of its own.
///
/// The micro-batches have running numbers; which images they hold is a function of the number
/// alone, so that neither the number of threads nor their speed changes anything. Memory is
/// bounded: threads wait when all buffers are full.
public final class Loader {
  /// Fills the buffer of the micro-batch with a running number.
  public typealias Preparation =
    @Sendable (_ number: Int, _ buffer: MicroBatchBuffer, _ scratch: ImageScratch)
    throws(DatasetError) -> Void

  private let queue: LoaderQueue
  private let threads: Int
  private let prepare: Preparation
  private let scratch = ImageScratch()

  /// Time that ``use(_:)`` has waited for micro-batches, in seconds; without threads, the time of
  /// preparing them.
  public private(set) var secondsWaited = 0.0

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - count: Micro-batches in all.
  ///   - threads: Threads that prepare; 0 prepares on the caller's, when a micro-batch is needed.
  ///   - ahead: Micro-batches that are prepared ahead at most; at least one a thread.
  ///   - microBatchSize: Images of a micro-batch.
  ///   - imageSize: Floats of an image.
  ///   - prepare: Fills a buffer; called on any thread, in any order.
  /// - Throws: Where the system has not the memory.
  public init(
    count: Int, threads: Int, ahead: Int, microBatchSize: Int, imageSize: Int,
    prepare: @escaping Preparation
  ) throws(MemoryShortage) {
    self.prepare = prepare
    self.threads = threads
    // One more than is ahead: the one in use.
    let buffers = try (0..<(threads == 0 ? 1 : max(ahead, threads) + 1)).map {
      (_) throws(MemoryShortage) in
      try MicroBatchBuffer(capacity: microBatchSize, imageSize: imageSize)
    }
    let queue = LoaderQueue(count: count, buffers: buffers)
    self.queue = queue
    for index in 0..<threads {
      queue.addThread()
      let thread = Thread { queue.work(prepare) }
      thread.name = "loader \(index)"
      thread.start()
    }
  }

  deinit { queue.stop() }

  /// Hands over the next micro-batch.
  ///
  /// - Parameter body: Uses the buffer, which is overwritten afterwards.
  /// - Throws: When the micro-batch could not be prepared.
  public func use<Result>(
    _ body: (MicroBatchBuffer) -> Result
  ) throws(DatasetError) -> Result {
    let start = MonotonicTime.seconds
    let (number, buffer) = queue.front
    if threads == 0 {
      try prepare(number, buffer, scratch)
    } else {
      try queue.waitForFront()
    }
    secondsWaited += MonotonicTime.seconds - start
    defer { queue.removeFront() }
    return body(buffer)
  }
}
