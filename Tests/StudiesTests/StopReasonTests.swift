import Foundation
import Studies
import XCTest

/// What a training was stopped by, as its ranks tell it.
final class StopReasonTests: XCTestCase {
  func testAPauseIsNoSignalThoughASignalStandsForIt() {
    let pause = StopReason.pause.signal
    XCTAssertEqual(StopReason(signal: pause, asked: .pause), .pause)
    // A real one, of this rank or of another.
    XCTAssertEqual(StopReason(signal: pause, asked: .signal(pause)), .signal(pause))
    XCTAssertEqual(StopReason(signal: pause, asked: nil), .signal(pause))
    // Another rank was asked something else while this one was to pause.
    XCTAssertEqual(StopReason(signal: SIGTERM, asked: .pause), .signal(SIGTERM))
  }

  func testSignalsAreWhatTheyAre() {
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] {
      XCTAssertEqual(StopReason.signal(signal).signal, signal)
      XCTAssertEqual(StopReason(signal: signal, asked: .signal(signal)), .signal(signal))
    }
  }
}
