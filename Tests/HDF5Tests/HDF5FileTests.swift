import Foundation
import HDF5
import XCTest

final class HDF5FileTests: XCTestCase {
  private func temporaryFile() throws -> String {
    try temporaryFolder().appending(path: "file.h5").path
  }

  private func assertThrows(
    _ kind: HDF5Error.Kind, mentioning parts: String..., line: UInt = #line,
    _ body: () throws -> Void
  ) {
    XCTAssertThrowsError(try body(), line: line) { error in
      XCTAssertEqual((error as? HDF5Error)?.kind, kind, "\(error)", line: line)
      for part in parts { XCTAssertTrue("\(error)".contains(part), "\(error)", line: line) }
    }
  }

  private func assertRoundTrip<Scalar: HDF5Scalar & Numeric>(_ values: [Scalar]) throws {
    let path = try temporaryFile()
    let written = try HDF5File(creating: path)
    try written.write(values, to: "a/b/values", shape: [1, values.count])
    try written.close()
    let file = try HDF5File(reading: path)
    XCTAssertEqual(try file.shape(of: "a/b/values"), [1, values.count])
    XCTAssertEqual(try file.read("a/b/values", as: Scalar.self, shape: [1, values.count]), values)
  }

  func testEveryTypeComesBackAsWritten() throws {
    try assertRoundTrip([Float.pi, -0, .infinity, .leastNonzeroMagnitude])
    try assertRoundTrip([Double.pi, .greatestFiniteMagnitude])
    try assertRoundTrip([UInt8.min, 7, .max])
    try assertRoundTrip([Int32.min, 0, .max])
    try assertRoundTrip([Int64.min, 0, .max])
    try assertRoundTrip([UInt64.min, 1 << 63, .max])
    try assertRoundTrip([Float]())
  }

  func testRowRangesAreReadAndWrittenInPlace() throws {
    let path = try temporaryFile()
    let written = try HDF5File(creating: path)
    try written.createDataset("rows", of: Int32.self, shape: [4, 2, 3])
    for row in [2, 0, 3, 1] {
      let values = (0..<6).map { Int32(row * 6 + $0) }
      try values.withUnsafeBufferPointer { try written.write($0, to: "rows", rows: row..<row + 1) }
    }
    try written.close()

    let file = try HDF5File(reading: path)
    XCTAssertEqual(try file.read("rows"), (0..<24).map(Int32.init))
    var middle = [Int32](repeating: -1, count: 12)
    try middle.withUnsafeMutableBufferPointer { try file.read("rows", rows: 1..<3, into: $0) }
    XCTAssertEqual(middle, (6..<18).map(Int32.init))
    assertThrows(.wrongShape, mentioning: "[4, 2, 3]", "3..<5") {
      try middle.withUnsafeMutableBufferPointer { try file.read("rows", rows: 3..<5, into: $0) }
    }
    assertThrows(.wrongShape, mentioning: "[1, 2, 3]", "12") {
      try middle.withUnsafeMutableBufferPointer { try file.read("rows", rows: 1..<2, into: $0) }
    }
  }

  func testTypesAreConvertedOnlyWithinTheirClassAndOnRequest() throws {
    let path = try temporaryFile()
    let written = try HDF5File(creating: path)
    try written.write([1.5, 2.5], to: "doubles", shape: [2])
    try written.write([UInt8](1...3), to: "bytes", shape: [3])
    try written.close()

    let file = try HDF5File(reading: path)
    assertThrows(.wrongType, mentioning: "/doubles", path, "float64", "float32") {
      _ = try file.read("/doubles", as: Float.self)
    }
    XCTAssertEqual(try file.read("doubles", as: Float.self, converting: true), [1.5, 2.5])
    assertThrows(.wrongType) { _ = try file.read("bytes", as: Int64.self) }
    XCTAssertEqual(try file.read("bytes", as: Int64.self, converting: true), [1, 2, 3])
    assertThrows(.wrongType) { _ = try file.read("bytes", as: Float.self, converting: true) }
    assertThrows(.wrongShape, mentioning: "[3]", "[4]") {
      _ = try file.read("bytes", as: UInt8.self, shape: [4])
    }
  }

  func testGroupsListTheirChildren() throws {
    let file = try HDF5File(creating: temporaryFile())
    try file.createGroup("b/inner")
    try file.write([Float(1)], to: "a", shape: [])
    XCTAssertEqual(try file.children(), ["a", "b"])
    XCTAssertEqual(try file.children(of: "/b"), ["inner"])
    XCTAssertEqual(try file.shape(of: "a"), [])
    for (path, exists) in [("/", true), ("a", true), ("/b/inner", true), ("b/x/y", false)] {
      XCTAssertEqual(try file.exists(path), exists, path)
    }
    XCTAssertFalse(try file.exists("a/below-a-dataset"))
    assertThrows(.missingObject, mentioning: "nothing") { _ = try file.children(of: "nothing") }
    assertThrows(.missingObject, mentioning: "nothing") { _ = try file.shape(of: "nothing") }
  }

  func testAttributesComeBackFromRootGroupsAndDatasets() throws {
    let path = try temporaryFile()
    let written = try HDF5File(creating: path)
    try written.createGroup("group")
    try written.write([Float](), to: "data", shape: [0])
    for object in ["/", "group", "data"] {
      try written.setAttribute("integer", of: object, to: -3)
      try written.setAttribute("real", of: object, to: 0.1)
      try written.setAttribute("text", of: object, to: "replaced")
      try written.setAttribute("text", of: object, to: "σ = ½")
      try written.setAttribute("nothing", of: object, to: "")
      try written.setAttribute("integers", of: object, to: [1, 2, Int.max])
      try written.setAttribute("reals", of: object, to: [0.5, .pi])
      try written.setAttribute("names", of: object, to: ["a", "", "dreißig"])
      try written.setAttribute("noNames", of: object, to: [String]())
    }
    try written.close()

    let file = try HDF5File(reading: path)
    for object in ["/", "group", "data"] {
      XCTAssertEqual(try file.attribute("integer", of: object, as: Int.self), -3)
      XCTAssertEqual(try file.attribute("real", of: object, as: Double.self), 0.1)
      XCTAssertEqual(try file.attribute("text", of: object, as: String.self), "σ = ½")
      XCTAssertEqual(try file.attribute("nothing", of: object, as: String.self), "")
      XCTAssertEqual(try file.attribute("integers", of: object, as: [Int].self), [1, 2, .max])
      XCTAssertEqual(try file.attribute("reals", of: object, as: [Double].self), [0.5, .pi])
      XCTAssertEqual(
        try file.attribute("names", of: object, as: [String].self), ["a", "", "dreißig"])
      XCTAssertEqual(try file.attribute("noNames", of: object, as: [String].self), [])
    }
    XCTAssertFalse(try file.hasAttribute("other"))
    assertThrows(.missingObject, mentioning: "/@other") {
      _ = try file.attribute("other", as: Int.self)
    }
    assertThrows(.missingObject) { _ = try file.attribute("real", of: "none", as: Double.self) }
    assertThrows(.wrongType) { _ = try file.attribute("real", as: Int.self) }
    assertThrows(.wrongType) { _ = try file.attribute("real", as: String.self) }
    assertThrows(.wrongShape) { _ = try file.attribute("integers", as: Int.self) }
  }

  func testAttributesThatDoNotFitAreRejected() throws {
    let file = try HDF5File(creating: temporaryFile())
    try file.setAttribute("fits", to: String(repeating: "x", count: 64_512))
    XCTAssertEqual(try file.attribute("fits", as: String.self).utf8.count, 64_512)
    assertThrows(.attributeTooLarge, mentioning: "64513", "64512") {
      try file.setAttribute("long", to: String(repeating: "x", count: 64_513))
    }
    assertThrows(.attributeTooLarge) {
      try file.setAttribute("reals", to: [Double](repeating: 0, count: 8_065))
    }
  }

  /// A file by h5py with one variable-length string attribute and one list of them.
  func testStringsOfVariableLengthAreRead() throws {
    let fixture = try XCTUnwrap(
      Bundle.module.url(
        forResource: "variable-length-strings", withExtension: "h5", subdirectory: "Fixtures"))
    let file = try HDF5File(reading: fixture.path)
    XCTAssertEqual(try file.attribute("text", as: String.self), "Größe")
    XCTAssertEqual(try file.attribute("names", as: [String].self), ["one", "", "three"])
  }

  func testFilesThatCannotBeOpenedSayWhy() throws {
    let path = try temporaryFile()
    assertThrows(.missingFile, mentioning: path, "no such file") {
      _ = try HDF5File(reading: path)
    }
    assertThrows(.missingFile, mentioning: path, ": no such file or directory") {
      _ = try HDF5File(creating: path + "/folder/file.h5")
    }
    try Data("P5 28 28 255".utf8).write(to: URL(filePath: path))
    assertThrows(.notHDF5, mentioning: path) { _ = try HDF5File(reading: path) }
    try Data().write(to: URL(filePath: path))
    assertThrows(.notHDF5, mentioning: path) { _ = try HDF5File(reading: path) }

    let file = try HDF5File(creating: path)
    try file.write([Float](repeating: 1, count: 1000), to: "ones", shape: [1000])
    try file.close()
    let whole = try Data(contentsOf: URL(filePath: path))
    for length in [whole.count - 1, whole.count / 2, 95, 60, 50, 40, 20, 8] {
      try whole.prefix(length).write(to: URL(filePath: path))
      assertThrows(.truncated, mentioning: path) { _ = try HDF5File(reading: path) }
    }
  }

  func testValuesAreAtTheirPlacementBehindTheUserBlock() throws {
    let path = try temporaryFile()
    let written = try HDF5File(creating: path, userBlock: 512)
    try written.write([UInt8](1...100), to: "group/bytes", shape: [20, 5])
    try written.write(["one", "", "dreißig"], to: "names")
    try written.write([String](), to: "none")
    try written.createDataset("unwritten", of: Float.self, shape: [3])
    try written.close()

    var content = try Data(contentsOf: URL(filePath: path))
    content.replaceSubrange(0..<512, with: Data(repeating: 0xff, count: 512))
    try content.write(to: URL(filePath: path))
    let file = try HDF5File(reading: path)
    let place = try file.placement(of: "group/bytes")
    XCTAssertEqual(content[place], Data(1...100))
    let names = try file.placement(of: "names")
    XCTAssertEqual(try file.stringByteCount(of: "names"), 8)
    XCTAssertEqual(
      content[names], Data("one\0\0\0\0\0\0\0\0\0\0\0\0\0dreißig".utf8))
    XCTAssertEqual(try file.readStrings("names"), ["one", "", "dreißig"])
    XCTAssertEqual(try file.readStrings("none"), [])
    assertThrows(.wrongLayout, mentioning: "unwritten", "in one piece") {
      _ = try file.placement(of: "unwritten")
    }
    assertThrows(.wrongType, mentioning: "group/bytes", "uint8") {
      _ = try file.readStrings("group/bytes")
    }
    assertThrows(.missingObject) { _ = try file.placement(of: "nothing") }
  }

  func testTheSameContentGivesTheSameBytes() throws {
    let contents = try (0..<2).map { _ in
      let path = try temporaryFile()
      let file = try HDF5File(creating: path)
      try file.write([Float](repeating: 1, count: 10), to: "group/ones", shape: [10])
      try file.setAttribute("names", of: "group", to: ["a", "b"])
      try file.close()
      return try Data(contentsOf: URL(filePath: path))
    }
    XCTAssertEqual(contents[0], contents[1])
  }

  func testAFullDiskIsNoticedAtTheLatestWhenClosing() throws {
    // A limit on the size of files makes writes fail as a full disk does.
    let resource = __rlimit_resource_t(bitPattern: RLIMIT_FSIZE.rawValue)
    var limit = rlimit()
    XCTAssertEqual(getrlimit(resource, &limit), 0)
    let handler = signal(SIGXFSZ, SIG_IGN)
    defer { signal(SIGXFSZ, handler) }
    for count in [1_000, 1_000_000] {
      let path = try temporaryFile()
      let values = [Float](repeating: 1, count: count)
      func write() throws {
        let file = try HDF5File(creating: path)
        try file.write(values, to: "ones", shape: [count])
        try file.close()
      }
      var small = rlimit(rlim_cur: 2048, rlim_max: limit.rlim_max)
      XCTAssertEqual(setrlimit(resource, &small), 0)
      assertThrows(.library, mentioning: "\(path): File too large") { try write() }
      XCTAssertEqual(setrlimit(resource, &limit), 0)
      XCTAssertNoThrow(try write())
      XCTAssertEqual(try HDF5File(reading: path).read("ones"), values)
    }
  }
}
