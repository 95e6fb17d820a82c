import Boundary
import Foundation
import HDF5
import XCTest

/// Values of what is not written, where they lead elsewhere: the library copies all that is there
/// into room for as much as they say.
final class FillValueTests: XCTestCase {
  func testFillValuesOfVariableLengthMayStandInAFile() throws {
    for name in ["fills", "fills-newer"] {
      let file = try HDF5File(reading: fixture(name))
      XCTAssertEqual(try file.read("value"), [0, 1, 2] as [Int64], name)
      var numbers: [Int32] = [0, 0]
      try numbers.withUnsafeMutableBufferPointer {
        try file.read("number", rows: 0..<2, into: $0)
      }
      XCTAssertEqual(numbers, [7, 7], name)
    }
  }

  /// Strings, members of compounds in arrays, lists, references to objects and to parts of them.
  func testFillValuesThatLeadElsewhereAreRefused() throws {
    for name in ["pair", "pairs", "list", "reference", "region"] {
      let refusal = try refusal(of: fixture("Refused/fill-\(name)"))
      XCTAssertEqual(refusal.kind, .unsupported, name)
      XCTAssertEqual(refusal.object, "/group/object", name)
      XCTAssertTrue(refusal.reason.contains("fill value leads to values elsewhere"), "\(refusal)")
    }
    let refusal = try refusal(of: fixture("Refused/fill-string"))
    XCTAssertEqual(refusal.kind, .damaged)
    XCTAssertTrue(refusal.reason.contains("other bytes than it says"), "\(refusal)")
  }

  /// Both messages of a fill value, old and new, lengths, places and numbers in the heap.
  func testAFillValueThatSaysMoreOrLessThanThereIsIsRefused() throws {
    for name in ["fills", "fills-newer"] {
      let whole = try RegularFile(fixture(name)).contents(limit: .max)
      let heap = try XCTUnwrap(places("GCOL", in: whole).first)
      let address = (0..<8).map { UInt8(heap >> (8 * $0) & 255) }
      // Length, address of the heap, number of the object.
      let values = whole.indices.filter { place in
        place + 16 <= whole.count && Array(whole[place + 4..<place + 12]) == address
          && [4, 20].contains(whole[place]) && whole[place + 12] > 0
      }
      XCTAssertEqual(values.count, name == "fills" ? 4 : 2, name)
      for place in values {
        let header = whole[..<place].indices.last { whole[$0...].starts(with: Array("OHDR".utf8)) }
        for (offset, byte, words) in [
          (0, 2, "other bytes"), (0, 255, "other bytes"), (3, 64, "other bytes"),
          (12, 200, "other bytes"), (6, 64, "beyond the end"),
          (4, address[0] ^ 16, "a global heap"),
        ] as [(Int, UInt8, String)] {
          // Where there are two messages, one of them differs from the other.
          let words = name == "fills" ? "its two fill values are not the same" : words
          try assertRefused(words, in: whole) {
            $0[place + offset] = byte
            if let header { try seal(&$0, from: header, as: whole) }
          }
        }
      }
    }
  }

  /// The library is not even asked how a dataset was created whose values lead elsewhere.
  func testDatasetsOfVariableLengthAreRefusedByTheirType() throws {
    for name in ["fills", "fills-newer"] {
      let file = try HDF5File(reading: fixture(name))
      for dataset in ["string", "empty", "committed", "pair", "list", "reference"] {
        func assertRefused(_ read: () throws -> Void) {
          XCTAssertThrowsError(try read(), dataset) {
            XCTAssertEqual(($0 as? HDF5Error)?.kind, .wrongType, "\($0)")
          }
        }
        assertRefused { try file.requireStored(dataset) }
        assertRefused { _ = try file.placement(of: dataset) }
        assertRefused { _ = try file.readStrings(dataset) }
        assertRefused { _ = try file.read(dataset, as: Float.self) }
        assertRefused {
          var row: [Int64] = [0]
          try row.withUnsafeMutableBufferPointer {
            try file.read(dataset, rows: 0..<1, into: $0, converting: true)
          }
        }
      }
    }
  }
}
