import Boundary
import Foundation
import HDF5
import XCTest

/// Names in a file: of any length and any characters, whole or in part.
final class NameTests: XCTestCase {
  private func place(_ text: String, in bytes: [UInt8]) throws -> Int {
    try XCTUnwrap(places(text, in: bytes).first)
  }

  func testNamesAreShownEscapedInOneLineAndCut() throws {
    let path = try temporaryFolder().appending(path: "file.h5").path
    let file = try HDF5File(creating: path)
    let name = "a\neffnet: done\u{1B}[2K\u{202E}"
    let long = String(repeating: "long", count: 5_000)
    for name in [name, long] { try file.write([1 as Float], to: "group/\(name)", shape: [1]) }
    try file.setAttribute(name, to: 1)
    try file.close()
    let read = try HDF5File(reading: path)
    let readings: [() throws -> Void] = [
      { _ = try read.read("group/\(name)", as: UInt8.self) },
      { _ = try read.read("group/\(long)", as: UInt8.self) },
      { _ = try read.read("group/\(name)/below", as: Float.self) },
      { _ = try read.attribute(name, as: String.self) },
      { _ = try read.attribute(long, as: String.self) },
    ]
    for reading in readings {
      XCTAssertThrowsError(try reading()) {
        let line = "\($0)"
        XCTAssertFalse(line.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E }, line)
        XCTAssertLessThan(line.count, 1_000)
        XCTAssertTrue(line.contains("a\\neffnet") || line.contains("longlong"), line)
      }
    }
  }

  /// Where the structures are not taken, too: of the member and on the way to it.
  func testNamesOfWhatIsRefusedAreShownLikewise() throws {
    let whole = try RegularFile(fixture("Refused/soft-link")).contents(limit: .max)
    for name in ["object", "group"] {
      var bytes = whole
      let place = try place(name, in: bytes)
      bytes.replaceSubrange(place..<place + 3, with: [0x0A, 0x1B, 0x9B])
      let path = try temporaryFolder().appending(path: "file.h5").path
      try Data(bytes).write(to: URL(filePath: path))
      let refusal = try refusal(of: path)
      XCTAssertEqual(refusal.kind, .unsupported)
      XCTAssertEqual(
        refusal.object,
        name == "object" ? "/group/\\n\\u{1B}\u{FFFD}ect" : "/\\n\\u{1B}\u{FFFD}up/object")
      XCTAssertFalse("\(refusal)".contains("\n"))
    }
  }

  /// All names of a heap may be the ends of one: thousands of megabytes in a small file.
  func testNamesThatShareBytesAreRefused() throws {
    let refusal = try refusal(of: fixture("Refused/overlapping-names"))
    XCTAssertEqual(refusal.kind, .damaged)
    XCTAssertEqual(refusal.object, "/group")
    XCTAssertTrue(refusal.reason.contains("shares bytes"), "\(refusal)")
  }

  /// The same of links and attributes in heaps, each of which takes all that is behind it.
  func testObjectsOfAHeapThatShareBytesAreRefused() throws {
    let whole = try RegularFile(fixture("newer")).contents(limit: .max)
    func number(at place: Int, bytes count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(whole[place + $1]) << (8 * $1) }
    }
    // Signature, version and address of the heap, then the block's place in it.
    let blocks = Dictionary(grouping: places("FHDB", in: whole)) { number(at: $0 + 5, bytes: 8) }
    for (type, identifier, offsetByteCount, recordByteCount) in [(5, 4, 4, 11), (8, 0, 5, 17)] {
      let leaves = places("BTLF", in: whole).filter { Int(whole[$0 + 5]) == type }
      XCTAssertFalse(leaves.isEmpty)
      var isRefused = false
      for starts in blocks.values.map({ $0.map { number(at: $0 + 13, bytes: 4) }.sorted() }) {
        var bytes = whole
        for leaf in leaves {
          for place in (0..<20).map({ leaf + 6 + $0 * recordByteCount + identifier }) {
            let offset = number(at: place + 1, bytes: offsetByteCount)
            // Up to the end of its block, which is where the next begins.
            if let end = starts.first(where: { $0 > offset }) {
              let count = place + 1 + offsetByteCount
              bytes[count] = UInt8((end - offset) & 255)
              bytes[count + 1] = UInt8((end - offset) >> 8)
            }
          }
          try seal(&bytes, from: leaf, as: whole)
        }
        let path = try temporaryFolder().appending(path: "file.h5").path
        try Data(bytes).write(to: URL(filePath: path))
        let refusal = try refusal(of: path)
        isRefused = isRefused || refusal.reason.contains("objects of a heap share")
      }
      XCTAssertTrue(isRefused, "type \(type)")
    }
  }

  func testNamesWithoutEndsOrOfNothingAreRefused() throws {
    let whole = try RegularFile(fixture("names")).contents(limit: .max)
    let node = try place("SNOD", in: whole)
    let (first, second) = (try place("first", in: whole), try place("second", in: whole))
    try assertRefused("without a proper name", in: whole) { $0[first] = 0 }
    try assertRefused("without a proper name", in: whole) { $0[first + 1] = UInt8(ascii: "/") }
    try assertRefused("not in order", in: whole) { $0[second] = 1 }
    try assertRefused("not in order", in: whole) { bytes in
      bytes.replaceSubrange(second..<second + 7, with: Array("first\0\0".utf8))
    }
    try assertRefused("outside its heap", in: whole) { $0[node + 8 + 3] = 1 }
    try assertRefused("outside its heap", in: whole) { $0[node + 8 + 7] = 0x7F }
    // The key of the tree.
    let tree = try place("TREE", in: whole)
    try assertRefused("outside its heap", in: whole) { $0[tree + 24 + 3] = 1 }
    // A member of links in messages, whose names end where they say.
    let newer = try RegularFile(fixture("circles-newer")).contents(limit: .max)
    for byte in [0, UInt8(ascii: "/")] {
      try assertRefused("without a proper name", in: newer) {
        let place = try self.place("itself", in: newer)
        $0[place + 2] = byte
        let header = newer[..<place].indices.last { newer[$0...].starts(with: Array("OHDR".utf8)) }
        try seal(&$0, from: try XCTUnwrap(header), as: newer)
      }
    }
  }

  /// Paths are put together for messages alone.
  func testLongNamesOnTheWayToManyMembersTakeLittle() throws {
    let path = try temporaryFolder().appending(path: "file.h5").path
    let file = try HDF5File(creating: path)
    var group = ""
    for _ in 0..<50 {
      group += "/" + String(repeating: "n", count: 40_000)
      try file.createGroup(group)
    }
    for number in 0..<100 { try file.createGroup("\(group)/\(number)") }
    try file.close()
    let regular = try RegularFile(path)
    var structure: HDF5Structure?
    let took = try ContinuousClock().measure { structure = try HDF5Structure(of: regular) }
    XCTAssertNotNil(structure)
    XCTAssertLessThan(took, .seconds(1))
  }
}
