import Tensors
import XCTest

final class CounterRandomTests: XCTestCase {
  func testPhiloxMatchesThePublishedKnownAnswers() {
    // Known-answer vectors of the Random123 distribution for philox4x32-10.
    let zero = CounterRandom.philox(counter: (0, 0, 0, 0), key: (0, 0))
    XCTAssertEqual(
      [zero.0, zero.1, zero.2, zero.3],
      [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = CounterRandom.philox(counter: (.max, .max, .max, .max), key: (.max, .max))
    XCTAssertEqual(
      [ones.0, ones.1, ones.2, ones.3],
      [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
  }
}
