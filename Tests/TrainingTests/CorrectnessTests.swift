import Training
import XCTest

final class CorrectnessTests: XCTestCase {
  func testImagesAreBitsFromTheLowestOn() {
    var correctness = Correctness(count: 75)
    for image in [0, 3, 9, 63, 64, 74] { correctness[image] = true }
    correctness[3] = false
    XCTAssertEqual(correctness.bytes, [0b1, 0b10, 0, 0, 0, 0, 0, 0x80, 0b1, 0b100])
    XCTAssertEqual((0..<75).filter { correctness[$0] }, [0, 9, 63, 64, 74])
    XCTAssertEqual(correctness.hits, 5)
  }

  func testTextsAreThoseOfTheBytes() {
    // printf '\x01\x02\x80' | sha256sum, and | base64
    var correctness = Correctness(count: 24)
    for image in [0, 9, 23] { correctness[image] = true }
    XCTAssertEqual(correctness.base64, "AQKA")
    XCTAssertEqual(
      correctness.sha256, "ace363ce5f10b61a6f5ec523b0717cffa1d98857cb6b19be4651339e0316ebe9")
  }

  func testOtherImagesOrOtherHitsAreNotEqual() {
    var correctness = Correctness(count: 8)
    XCTAssertEqual(correctness, Correctness(count: 8))
    XCTAssertNotEqual(correctness, Correctness(count: 7))
    correctness[5] = true
    XCTAssertNotEqual(correctness, Correctness(count: 8))
  }
}
