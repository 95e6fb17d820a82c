import Boundary
import Foundation
import HDF5
import XCTest

/// Files of other programs (`Fixtures/generate.py`), and what becomes of them when they are
/// changed.
extension XCTestCase {
  func fixture(_ name: String) throws -> String {
    try XCTUnwrap(
      Bundle.module.url(forResource: name, withExtension: "h5", subdirectory: "Fixtures")
    ).path
  }

  func refusal(of path: String) throws -> HDF5Error {
    var refusal: HDF5Error?
    XCTAssertThrowsError(try HDF5Structure(of: RegularFile(path)), path) {
      refusal = $0 as? HDF5Error
    }
    return try XCTUnwrap(refusal)
  }

  func assertRefused(
    _ words: String, in whole: [UInt8], as kind: HDF5Error.Kind = .damaged,
    _ change: (inout [UInt8]) throws -> Void
  ) throws {
    let path = try temporaryFolder().appending(path: "file.h5").path
    var bytes = whole
    try change(&bytes)
    try Data(bytes).write(to: URL(filePath: path))
    let refusal = try refusal(of: path)
    XCTAssertEqual(refusal.kind, kind, "\(refusal)")
    XCTAssertTrue(refusal.reason.contains(words), "\(refusal)")
  }

  func places(_ signature: String, in whole: [UInt8]) -> [Int] {
    let pattern = Array(signature.utf8)
    return whole.indices.filter { whole[$0] == pattern[0] && whole[$0...].starts(with: pattern) }
  }

  /// Has the checksum of a structure agree with what was changed in it.
  ///
  /// - Parameter whole: The file before it was changed.
  func seal(_ bytes: inout [UInt8], from place: Int, as whole: [UInt8]) throws {
    func stored(_ end: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(whole[end + $1]) << UInt32(8 * $1) }
    }
    let end = try XCTUnwrap(
      (place + 8..<whole.count - 4).first { Lookup3.checksum(whole[place..<$0]) == stored($0) })
    let checksum = Lookup3.checksum(bytes[place..<end])
    for index in 0..<4 { bytes[end + index] = UInt8(checksum >> UInt32(8 * index) & 255) }
  }
}
