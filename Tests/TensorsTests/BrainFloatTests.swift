import Tensors
import XCTest

final class BrainFloatTests: XCTestCase {
  /// Every value is looked at in the vector loop and in the rest of it.
  private func rounded(_ value: Float) -> [Float] {
    var values = [Float](repeating: value, count: 17)
    values.withUnsafeMutableBufferPointer {
      if let start = $0.baseAddress { BrainFloat.round(start, count: $0.count) }
    }
    return [values[0], values[16]]
  }

  func testRoundingIsToNearestWithTiesToEven() {
    let step: Float = 0x1p-7
    for (value, expected) in [
      (1, 1), (1 + step / 4, 1), (1 + step / 2, 1), (1 + step * 0.75, 1 + step),
      (1 + step * 1.5, 1 + 2 * step), (-1 - step * 0.75, -1 - step), (0, 0),
      (Float.greatestFiniteMagnitude, .infinity), (.infinity, .infinity), (-.infinity, -.infinity),
      (.leastNonzeroMagnitude, 0),
    ] as [(Float, Float)] {
      XCTAssertEqual(rounded(value), [expected, expected], "\(value)")
    }
    XCTAssertEqual(rounded(-0.0).map(\.sign), [.minus, .minus])
  }

  func testWhatIsNotANumberStaysSo() {
    for bits: UInt32 in [0x7FC0_0000, 0x7F80_0001, 0x7FFF_FFFF, 0xFFFF_FFFF] {
      XCTAssertEqual(rounded(Float(bitPattern: bits)).map(\.isNaN), [true, true])
    }
  }

  func testPackingRoundsAndUnpackingKeeps() {
    let values = (0..<37).map { Float($0) * 1.2345 - 20 }
    var packed = [UInt16](repeating: 0, count: values.count)
    var unpacked = [Float](repeating: .nan, count: values.count)
    values.withUnsafeBufferPointer { values in
      packed.withUnsafeMutableBufferPointer { packed in
        unpacked.withUnsafeMutableBufferPointer { unpacked in
          guard let from = values.baseAddress, let middle = packed.baseAddress,
            let into = unpacked.baseAddress
          else { return }
          BrainFloat.pack(from, count: values.count, into: middle)
          BrainFloat.unpack(middle, count: packed.count, into: into)
        }
      }
    }
    XCTAssertEqual(unpacked, values.map { rounded($0)[0] })
    XCTAssertNotEqual(unpacked, values)
  }

  func testBothOperandsOfASumAreRounded() {
    let (left, right): (Float, Float) = (1.001, 100.3)
    var sum = [Float](repeating: left, count: 19)
    let other = [Float](repeating: right, count: 19)
    sum.withUnsafeMutableBufferPointer { sum in
      other.withUnsafeBufferPointer { other in
        guard let into = sum.baseAddress, let from = other.baseAddress else { return }
        BrainFloat.add(from, to: into, count: 19)
      }
    }
    let expected = rounded(left)[0] + rounded(right)[0]
    XCTAssertEqual(sum, [Float](repeating: expected, count: 19))
    XCTAssertNotEqual(expected, left + right)
  }
}
