import Boundary
import Foundation
import HDF5
import XCTest

/// Counting what compressed chunks unpack to, before the library unpacks them.
final class DeflateTests: XCTestCase {
  /// What is counted must be exact, or these would not be read.
  func testStreamsOfAllKindsAreCounted() throws {
    let file = try HDF5File(reading: fixture("deflate"))
    XCTAssertEqual(
      try file.children(),
      ["few", "fixed", "huffman", "mixed", "noise", "runs", "skewed", "text", "window", "zeros"])
    for name in try file.children() {
      let values = try file.read(name, as: UInt8.self)
      let shape = try file.shape(of: name)
      XCTAssertEqual(values.count, shape[0], name)
      // Four chunks of the same values.
      if values.count % 4 == 0, values.count != 3_000 {
        let count = values.count / 4
        for row in 1..<4 {
          XCTAssertEqual(values[..<count], values[(row * count)..<(row + 1) * count], name)
        }
      }
    }
    XCTAssertEqual(
      try file.read("few", as: UInt8.self), (0..<4).flatMap { _ in (0..<7).map(UInt8.init) })
  }

  func testAByteMoreOrLessIsNoticed() throws {
    let file = try HDF5File(reading: fixture("Refused/deflate"))
    for name in try file.children() {
      for (form, words) in [("less", "bytes has"), ("more", "has more"), ("cut", "too early")] {
        XCTAssertThrowsError(try file.read("\(name)/\(form)", as: UInt8.self)) {
          XCTAssertEqual(($0 as? HDF5Error)?.kind, .damaged, "\(name)/\(form)")
          XCTAssertTrue("\($0)".contains(words), "\(name)/\(form): \($0)")
        }
      }
    }
  }

  /// A block of ten bits costs no more than it says: a file of them would be looked at for minutes.
  func testManyEmptyBlocksAreCountedSoon() throws {
    let path = try temporaryFolder().appending(path: "file.h5").path
    var bytes = try RegularFile(fixture("Refused/deflate")).contents(limit: .max)
    let noise = try XCTUnwrap(
      bytes.indices.dropLast(20_000).first { start in
        // A block without compression, and its length twice.
        bytes[start] == 0x78 && bytes[start + 1] == 0x9C && bytes[start + 2] < 2
          && bytes[start + 3] ^ bytes[start + 5] == 0xFF
          && bytes[start + 4] ^ bytes[start + 6] == 0xFF
      })
    // The fixed code, and its word for the end: 010 0000000, four of them in five bytes.
    for place in noise + 2..<noise + 19_000 {
      bytes[place] = [0x02, 0x08, 0x20, 0x80, 0x00][(place - noise - 2) % 5]
    }
    try Data(bytes).write(to: URL(filePath: path))
    let file = try HDF5File(reading: path)
    let took = try ContinuousClock().measure {
      for form in ["less", "more"] {
        XCTAssertThrowsError(try file.read("noise/\(form)", as: UInt8.self), form) {
          XCTAssertEqual(($0 as? HDF5Error)?.kind, .damaged, "\($0)")
        }
      }
    }
    XCTAssertLessThan(took, .seconds(1))
  }
}
