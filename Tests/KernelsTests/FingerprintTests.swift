import Kernels
import XCTest

final class FingerprintTests: XCTestCase {
  private func fingerprint(_ values: [Float]) -> UInt64 {
    values.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { Fingerprint.of($0, count: buffer.count) } ?? 0
    }
  }

  func testEverySingleBitCounts() {
    for count in [16, 64, 80, 208] {
      let values = (0..<count).map { Float($0) }
      let expected = fingerprint(values)
      for place in values.indices {
        for bit in 0..<32 {
          var changed = values
          changed[place] = Float(bitPattern: changed[place].bitPattern ^ 1 << UInt32(bit))
          XCTAssertNotEqual(fingerprint(changed), expected, "\(count): \(place), bit \(bit)")
        }
      }
    }
  }

  func testPlacesCount() {
    let values = (0..<320).map { Float($0) }
    for (a, b) in [(0, 1), (0, 16), (3, 67), (16, 32), (300, 319)] {
      var changed = values
      changed.swapAt(a, b)
      XCTAssertNotEqual(fingerprint(changed), fingerprint(values), "\(a) and \(b)")
    }
  }
}
