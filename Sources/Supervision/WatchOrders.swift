import Foundation
import Synchronization

/// What the thread that works tells the one that watches.
final class WatchOrders: Sendable {
  private let state = Mutex(
    (farewell: Watch.Farewell?.none, isStopped: false, haveAllMet: false))
  private let carriedOut = DispatchSemaphore(value: 0)
  private let wakingEnd: Int32
  /// Can be read from when there is something new.
  let descriptor: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    // Without a pipe orders are seen at the next heartbeat.
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
    }
    (descriptor, wakingEnd) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(wakingEnd)
  }

  /// Has the others told, and waits a moment for that.
  func end(_ farewell: Watch.Farewell) {
    state.withLock { $0.farewell = farewell }
    wake()
    _ = carriedOut.wait(timeout: .now() + 1)
  }

  /// Ends the thread.
  func stop() {
    state.withLock { $0.isStopped = true }
    wake()
  }

  /// All ranks that can reach rank 0 have done so.
  func noteMeeting() {
    state.withLock { $0.haveAllMet = true }
    wake()
  }

  var haveAllMet: Bool { state.withLock { $0.haveAllMet } }

  private func wake() {
    var byte: UInt8 = 0
    _ = write(wakingEnd, &byte, 1)
  }

  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Carries out a farewell, if there is one that was not.
  func carryOut(_ body: (Watch.Farewell) -> Void) {
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) > 0 {}
    let farewell = state.withLock { state in
      defer { state.farewell = nil }
      return state.farewell
    }
    guard let farewell else { return }
    body(farewell)
    carriedOut.signal()
  }
}
