import Datasets
import Foundation
import XCTest

final class LoaderTests: XCTestCase {
  /// Micro-batches whose images hold their running number, as all threads prepare them.
  private func loader(
    count: Int, threads: Int, ahead: Int = 4, failingAt failure: Int? = nil,
    started: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> Loader {
    try Loader(count: count, threads: threads, ahead: ahead, microBatchSize: 3, imageSize: 2) {
      (number, buffer, _) throws(DatasetError) in
      started(number)
      // Later ones are quicker: they overtake each other.
      Thread.sleep(forTimeInterval: number % 3 == 0 ? 0.003 : 0)
      if number == failure { throw .missing(path: "number \(number)") }
      buffer.count = 1 + number % 3
      buffer.images.values.update(repeating: Float(number))
      buffer.samples[0] = number
    }
  }

  func testMicroBatchesComeInOrderWhateverTheThreads() throws {
    for threads in [0, 1, 3, 7] {
      let loader = try loader(count: 40, threads: threads)
      for number in 0..<40 {
        try loader.use { buffer in
          XCTAssertEqual(buffer.samples[0], number)
          XCTAssertEqual(buffer.count, 1 + number % 3)
          XCTAssertTrue(buffer.images.values.allSatisfy { $0 == Float(number) })
        }
      }
    }
  }

  func testThreadsDoNotRunFurtherAheadThanBuffersAllow() throws {
    let highest = Highest()
    let loader = try loader(count: 100, threads: 3, ahead: 5) { highest.see($0) }
    for number in 0..<10 {
      try loader.use { _ in
        Thread.sleep(forTimeInterval: 0.02)
        XCTAssertLessThanOrEqual(highest.value, number + 5)
      }
    }
    XCTAssertGreaterThan(highest.value, 9, "nothing was prepared ahead")
  }

  func testAFailureComesWithItsMicroBatchAndNotBefore() throws {
    for threads in [0, 1, 3] {
      let loader = try loader(count: 20, threads: threads, failingAt: 7)
      for number in 0..<7 { try loader.use { XCTAssertEqual($0.samples[0], number) } }
      XCTAssertThrowsError(try loader.use { _ in }) {
        XCTAssertEqual($0 as? DatasetError, .missing(path: "number 7"))
      }
    }
  }

  func testALoaderThatIsGivenUpEndsItsThreads() throws {
    let highest = Highest()
    do {
      let loader = try loader(count: 1_000_000, threads: 3) { highest.see($0) }
      try loader.use { _ in }
    }
    let last = highest.value
    Thread.sleep(forTimeInterval: 0.05)
    XCTAssertEqual(highest.value, last)
  }

  func testWaitingIsMeasured() throws {
    let slow = try Loader(count: 2, threads: 1, ahead: 1, microBatchSize: 1, imageSize: 1) {
      _, _, _ in
      Thread.sleep(forTimeInterval: 0.05)
    }
    try slow.use { _ in }
    XCTAssertGreaterThan(slow.secondsWaited, 0.03)
  }

  /// The highest number that any thread has seen.
  private final class Highest: @unchecked Sendable {
    private let lock = NSLock()
    private var number = -1
    var value: Int { lock.withLock { number } }
    func see(_ other: Int) { lock.withLock { number = max(number, other) } }
  }
}
