import Boundary
import Foundation
import HDF5
import XCTest

/// The look at a file's own structures, at files of other programs (`Fixtures/generate.py`).
final class HDF5StructureTests: XCTestCase {
  func testWeightsOfKerasAreRead() throws {
    let file = try HDF5File(reading: fixture("keras-weights"))
    XCTAssertEqual(try file.children(of: "layers"), ["activation", "conv", "dense_1"])
    XCTAssertEqual(
      try file.read("layers/conv/vars/0", shape: [3, 3, 2, 4]), (0..<72).map(Float.init))
    let legacy = try HDF5File(reading: fixture("keras-legacy"))
    let layers = try legacy.attribute("layer_names", as: [String].self)
    XCTAssertEqual(layers, (0..<4).map { "layer\($0)" })
    for (number, layer) in layers.enumerated() {
      let weights = try legacy.attribute("weight_names", of: layer, as: [String].self)
      XCTAssertEqual(weights, ["\(layer)/kernel:0", "\(layer)/größe:0"])
      for weight in weights {
        XCTAssertEqual(
          try legacy.read("\(layer)/\(weight)"), [Float](repeating: Float(number), count: 2))
      }
    }
  }

  func testAUserBlockChunksAndFiltersAreRead() throws {
    let block = try HDF5File(reading: fixture("user-block"))
    XCTAssertEqual(try block.read("data", shape: [3, 4]), (0..<12).map(Double.init))
    XCTAssertEqual(try block.read("group/inner", as: Int32.self), [7])
    let chunks = try HDF5File(reading: fixture("chunks"))
    XCTAssertEqual(try chunks.read("images", shape: [6, 4, 4, 1]), (0..<96).map(UInt8.init))
    XCTAssertEqual(try chunks.read("labels"), [0, 1, 2, 0, 1, 2] as [Int64])
    XCTAssertEqual(try chunks.read("checked"), (0..<9).map(Double.init))
    XCTAssertEqual(try chunks.shape(of: "unwritten"), [1_000, 1_000])
  }

  func testAllKindsOfTypesAndShapesMayStandInAFile() throws {
    let file = try HDF5File(reading: fixture("kinds"))
    XCTAssertEqual(try file.read("compact"), [0, 1, 2, 3] as [Int32])
    XCTAssertEqual(try file.read("swapped", converting: true), [0, 1, 2, 3] as [Float])
    XCTAssertEqual(try file.read("scalar"), [3.5])
    XCTAssertEqual(try file.read("empty", shape: [0, 3]), [Double]())
    XCTAssertEqual(try file.attribute("words", as: [String].self), ["a", "", "ccc"])
    XCTAssertEqual(try file.attribute("none", as: [Double].self), [])
  }

  func testTreesOfManyNamesAreWalked() throws {
    let levels = try HDF5File(reading: fixture("levels"))
    XCTAssertEqual(try levels.children().count, 1 + 150 - 22)
    XCTAssertEqual(try levels.read("n149"), [0, 1, 2] as [Int64])
    XCTAssertEqual(try levels.attribute("attribute147", as: Int.self), 147)
    let newer = try HDF5File(reading: fixture("newer"))
    XCTAssertEqual(try newer.children().count, 61)
    XCTAssertEqual(try newer.read("name60"), [0, 1, 2] as [Int64])
    XCTAssertEqual(try newer.attribute("attribute59", as: Int.self), 59)
  }

  /// Groups get the newer form by a name that is not ASCII, and dense links by the ninth member.
  func testWhatIsWrittenHerePasses() throws {
    let path = try temporaryFolder().appending(path: "file.h5").path
    let written = try HDF5File(creating: path, userBlock: 1 << 12)
    for number in 0..<700 {
      try written.write([Float(number)], to: "group\(number % 13)/größe\(number)", shape: [1])
    }
    try written.setAttribute("names", to: (0..<900).map { "\($0)" })
    try written.setAttribute("nothing", to: [Double]())
    try written.createDataset("unwritten", of: Float.self, shape: [3, 0])
    try written.close()
    let file = try RegularFile(path)
    let took = try ContinuousClock().measure { _ = try HDF5Structure(of: file) }
    XCTAssertLessThan(took, .seconds(1))
    XCTAssertEqual(try HDF5File(reading: path).read("group5/größe18"), [18 as Float])
  }

  func testWhatLeadsOutOfTheFileIsRefusedByName() throws {
    for (name, words) in [
      ("soft-link", "soft link"), ("external-link", "external link"),
      ("external-values", "h5repack -l CONTI IN OUT"), ("virtual", "virtual"),
      ("newest-layout", "libver='earliest'"),
    ] {
      let refusal = try refusal(of: fixture("Refused/\(name)"))
      XCTAssertEqual(refusal.kind, .unsupported, name)
      XCTAssertEqual(refusal.object, "/group/object", name)
      XCTAssertTrue("\(refusal)".contains(words), "\(refusal)")
    }
  }

  /// The library reads what a chunk should have from where less was unpacked.
  func testAChunkThatUnpacksToLessIsRefusedWhateverLeadsToItWhenItIsRead() throws {
    for (name, count, rows) in [
      ("short-chunk", 3_000_000, 0..<1), ("short-chunk-single", 3_000, 2_999..<3_000),
      ("short-chunk-fixed", 3_000, 5_999..<6_001), ("short-chunk-extensible", 3_000, 6_000..<9_000),
      ("short-chunk-tree", 3_000, 8_000..<8_001),
    ] {
      let file = try HDF5File(reading: fixture("Refused/\(name)"))
      func assertRefused(_ read: () throws -> Void) {
        XCTAssertThrowsError(try read(), name) {
          let refusal = $0 as? HDF5Error
          XCTAssertEqual(refusal?.kind, .damaged, name)
          XCTAssertEqual(refusal?.object, "/group/object", name)
          XCTAssertTrue("\($0)".contains("a chunk of \(count) bytes has 10"), "\($0)")
        }
      }
      func read(_ rows: Range<Int>) throws {
        var bytes = [UInt8](repeating: 1, count: rows.count)
        try bytes.withUnsafeMutableBufferPointer {
          try file.read("/group/object", rows: rows, into: $0)
        }
        XCTAssertEqual(bytes, [UInt8](repeating: 0, count: rows.count))
      }
      // Other chunks are read before and after.
      if rows.lowerBound >= 3_000 { try read(0..<3_000) }
      for _ in 0..<2 {
        assertRefused { try read(rows) }
        assertRefused { _ = try file.read("/group/object", as: UInt8.self) }
      }
      if rows.lowerBound >= 3_000 { try read(1_000..<3_000) }
    }
  }

  func testAllIndexesOfChunksAreRead() throws {
    let file = try HDF5File(reading: fixture("indexes"))
    let groups = ["plain", "gzip", "all"]
    XCTAssertEqual(try file.children(), groups.sorted())
    let names = [
      "extensible", "fixed", "limited", "other", "shrunk", "shrunk-tree", "single", "tree",
    ]
    for group in groups {
      XCTAssertEqual(try file.children(of: group), names)
      for name in names {
        XCTAssertEqual(
          try file.read("\(group)/\(name)", shape: [3, 5], converting: true),
          (0..<15).map(Int32.init), "\(group)/\(name)")
      }
    }
    for name in ["indexes-oldest", "indexes-block"] {
      let file = try HDF5File(reading: fixture(name))
      XCTAssertEqual(try file.read("images", shape: [6, 4, 4, 1]), (0..<96).map(UInt8.init))
      XCTAssertEqual(try file.read("labels"), [0, 1, 2, 0, 1, 2] as [Int64])
    }
  }

  /// Pages, super blocks, and places that were never written.
  func testLargeIndexesOfChunksAreRead() throws {
    let file = try HDF5File(reading: fixture("indexes-large"))
    for group in ["plain", "gzip"] {
      XCTAssertEqual(
        try file.read("\(group)/nodes", shape: [200, 2]), (0..<400).map { UInt8($0 % 251) })
      for (name, count) in [("pages", 2_100), ("blocks", 300), ("sparse", 17_000)] {
        XCTAssertThrowsError(try file.read("\(group)/\(name)", as: UInt8.self)) {
          XCTAssertEqual(($0 as? HDF5Error)?.kind, .notStored, "\($0)")
        }
        var values = [UInt8](repeating: 7, count: count)
        if name == "blocks" { for row in 0..<280 { values[row] = UInt8(row % 7) } }
        values[count - 1] = 2
        if name != "blocks" { values[0] = 1 }
        var found = [UInt8](repeating: 0, count: count)
        try found.withUnsafeMutableBufferPointer {
          try file.read("\(group)/\(name)", rows: 0..<count, into: $0)
        }
        XCTAssertEqual(found, values, "\(group)/\(name)")
      }
    }
  }

  /// The library takes memory for each chunk of a read, of which a small file has millions.
  func testManyChunksAreReadInPortions() throws {
    let file = try HDF5File(reading: fixture("many-chunks"))
    let rows = (0..<40_000).map { UInt8($0 % 251) }
    XCTAssertEqual(try file.read("rows"), rows)
    var some = [UInt8](repeating: 0, count: 34_000)
    try some.withUnsafeMutableBufferPointer {
      try file.read("rows", rows: 1_501..<18_501, into: $0)
    }
    XCTAssertEqual(some, Array(rows[3_002..<37_002]))
    XCTAssertThrowsError(try file.read("columns", as: UInt8.self)) {
      XCTAssertEqual(($0 as? HDF5Error)?.kind, .notStored)
      XCTAssertTrue("\($0)".contains("each row lies in 20000 chunks"), "\($0)")
    }
  }

  func testAnObjectMayHaveManyNamesAndAGroupBeItsOwnMember() throws {
    for name in ["circles", "circles-newer"] {
      let file = try HDF5File(reading: fixture(name))
      for path in ["value", "other/c/value", "a/b/c/up/b/c/root/other/c/itself/itself/value"] {
        XCTAssertEqual(try file.read(path), [0, 1, 2] as [Int64], "\(name) \(path)")
      }
    }
  }

  /// Nobody's filter is started for what is not read.
  func testWhatWentThroughOtherFiltersIsRefusedWhenItIsRead() throws {
    let file = try HDF5File(reading: fixture("unread"))
    XCTAssertEqual(try file.read("value"), [0, 1, 2] as [Int64])
    for (name, words) in [
      ("lzf", "compressed with lzf, which this program has no filter for; write it anew, in h5py"),
      ("other", "compressed with lzf"), ("scaleoffset", "h5repack -f NONE IN OUT"),
      ("order", "stand in an order"),
    ] {
      XCTAssertEqual(try file.shape(of: name), [9], name)
      func assertRefused(_ read: () throws -> Void) {
        XCTAssertThrowsError(try read(), name) {
          let refusal = $0 as? HDF5Error
          XCTAssertEqual(refusal?.kind, .unsupported, "\($0)")
          XCTAssertEqual(refusal?.object, name)
          XCTAssertTrue("\($0)".contains(words), "\($0)")
        }
      }
      assertRefused { _ = try file.read(name, as: Int64.self) }
      assertRefused { try file.requireStored(name) }
      var row: [Int64] = [0]
      assertRefused {
        try row.withUnsafeMutableBufferPointer { try file.read(name, rows: 3..<4, into: $0) }
      }
    }
  }

  /// Sizes, places and numbers of the indexes of chunks of version 4.
  func testIndexesOfChunksThatContradictThemselvesAreRefused() throws {
    let whole = try RegularFile(fixture("indexes-large")).contents(limit: .max)
    func place(_ signature: String, _ number: Int = 0) throws -> Int {
      try XCTUnwrap(places(signature, in: whole).dropFirst(number).first)
    }
    func assertRefused(
      _ words: String, _ signature: String, at offset: Int, _ bytes: [UInt8],
      as kind: HDF5Error.Kind = .damaged
    ) throws {
      let structure = try place(signature)
      let place = structure + offset
      try self.assertRefused(words, in: whole, as: kind) {
        $0.replaceSubrange(place..<place + bytes.count, with: bytes)
        try seal(&$0, from: structure, as: whole)
      }
    }
    let huge: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]
    // Class, bytes of an entry, bits of a page, entries.
    for (offset, byte) in [(5, 2), (6, 7), (7, 9), (8, 1), (12, 1)] as [(Int, UInt8)] {
      try assertRefused("a fixed array is not that", "FAHD", at: offset, [byte])
    }
    try assertRefused("beyond the end", "FAHD", at: 16, huge)
    try assertRefused("belongs elsewhere", "FADB", at: 6, [0])
    // Behind prefix, marks of three pages and a checksum: the address of the first chunk.
    try assertRefused("beyond the end", "FADB", at: 19, huge)
    // A page that was never written, and holds nothing.
    try assertRefused("checksum", "FADB", at: 14, [0xFF])

    for (offset, byte) in [(5, 2), (6, 14)] as [(Int, UInt8)] {
      try assertRefused("an extensible array is not that", "EAHD", at: offset, [byte])
    }
    // The library would compute with them.
    for offset in 7...11 {
      try assertRefused("sizes that the library does not write", "EAHD", at: offset, [33])
    }
    // Numbers that would be looked up one by one.
    try assertRefused("nearly all of them empty", "EAHD", at: 44, huge, as: .unsupported)
    try assertRefused("in blocks for", "EAHD", at: 44, [0, 0, 1])
    try assertRefused("no index block", "EAHD", at: 60, [UInt8](repeating: 0xFF, count: 8))
    for signature in ["EAIB", "EASB", "EADB"] {
      try assertRefused("belongs elsewhere", signature, at: 6, [0])
    }
    try assertRefused("belongs elsewhere", "EASB", at: 14, [0])
    try assertRefused("beyond the end", "EAIB", at: 14, huge)
    // Two entries that lead to one chunk.
    let block = try place("EAIB")
    try self.assertRefused("share", in: whole) {
      $0.replaceSubrange(block + 22..<block + 30, with: whole[block + 14..<block + 22])
      try seal(&$0, from: block, as: whole)
    }

    try assertRefused("another kind", "BTHD", at: 5, [11])
    try assertRefused("sizes that there are not", "BTHD", at: 10, [25])
    try assertRefused("has 84 records", "BTHD", at: 7, [7])
    // No root, no records in all, and yet some in the root.
    try assertRefused(
      "sizes that there are not", "BTHD", at: 16,
      [UInt8](repeating: 0xFF, count: 8) + [1] + [UInt8](repeating: 0, count: 9))
    try assertRefused("beyond the end", "BTLF", at: 6, huge)
    try assertRefused("lies outside the dataset", "BTLF", at: 22, [200])
    // The first two places in the other order.
    let leaf = try place("BTLF")
    try self.assertRefused("not in order", in: whole) {
      $0.replaceSubrange(leaf + 6..<leaf + 30, with: whole[leaf + 30..<leaf + 54])
      $0.replaceSubrange(leaf + 30..<leaf + 54, with: whole[leaf + 6..<leaf + 30])
      try seal(&$0, from: leaf, as: whole)
    }
    // The same without a checksum that agrees.
    for signature in ["FAHD", "FADB", "EAHD", "EAIB", "EASB", "EADB", "BTHD", "BTLF", "BTIN"] {
      let place = try place(signature)
      try self.assertRefused("damaged", in: whole) { $0[place + 15] ^= 1 }
    }
  }

  /// The library frees what it has not taken when it gives up at one of many links.
  func testDamageWithinTheLinksOfAGroupIsRefused() throws {
    let whole = try RegularFile(fixture("newer")).contents(limit: .max)
    for signature in ["OHDR", "FRHP", "FHDB", "FHIB", "BTHD", "BTLF"] {
      for place in places(signature, in: whole) {
        try assertRefused("damaged", in: whole) { $0[place + 20] ^= 0x10 }
      }
    }
    XCTAssertFalse(places("BTLF", in: whole).isEmpty)
  }

  /// Circles, levels and sizes at known places of the classic format.
  func testStructuresThatContradictThemselvesAreRefused() throws {
    let whole = try RegularFile(fixture("levels")).contents(limit: .max)
    func assertRefused(_ words: String, _ change: (inout [UInt8]) throws -> Void) throws {
      try self.assertRefused(words, in: whole, change)
    }
    func place(_ signature: String) throws -> Int {
      try XCTUnwrap(places(signature, in: whole).first)
    }
    // The root group's B-tree and heap are named in the superblock's entry.
    func address(at place: Int) -> Int {
      (0..<8).reduce(0) { $0 | Int(whole[place + $1]) << (8 * $1) }
    }
    let (tree, heap) = (address(at: 80), address(at: 88))
    try assertRefused("another level") { $0[tree + 5] = 2 }
    try assertRefused("255 entries") { $0[tree + 6] = 255 }
    try assertRefused("neighbours") { $0.replaceSubrange(tree + 8..<tree + 16, with: $0[80..<88]) }
    // A node that is its own child.
    try assertRefused("another level") {
      $0.replaceSubrange(tree + 32..<tree + 40, with: $0[80..<88])
    }
    try assertRefused("beyond the end") { $0[heap + 14] = 1 }
    // A free block that is followed by itself.
    let free = address(at: heap + 24) + address(at: heap + 16)
    let head = Array(whole[heap + 16..<heap + 24])
    try assertRefused("circle") { $0.replaceSubrange(free..<free + 8, with: head) }
    try assertRefused("entries") { $0[try place("SNOD") + 6] = 9 }
    try assertRefused("not in order") {
      let node = try place("SNOD")
      $0.replaceSubrange(node + 8..<node + 16, with: $0[node + 48..<node + 56])
    }
  }

  /// Each reference is a copy in memory: a megabyte that thousands of strings share would be
  /// gigabytes.
  func testAValueThatSeveralStringsShareIsRefused() throws {
    var bytes = try RegularFile(fixture("variable-length-strings")).contents(limit: .max)
    let heap = try XCTUnwrap(bytes.indices.first { bytes[$0...].starts(with: Array("GCOL".utf8)) })
    let address = (0..<8).map { UInt8(heap >> (8 * $0) & 255) }
    // Length, address of the heap, number of the object.
    let references = bytes.indices.filter { place in
      place + 16 <= bytes.count && Array(bytes[place + 4..<place + 12]) == address
        && bytes[place + 12] > 0
    }
    let (first, second) = (
      try XCTUnwrap(references.first), try XCTUnwrap(references.dropFirst().first)
    )
    bytes.replaceSubrange(second..<second + 16, with: bytes[first..<first + 16])
    let path = try temporaryFolder().appending(path: "file.h5").path
    try Data(bytes).write(to: URL(filePath: path))
    let refusal = try refusal(of: path)
    XCTAssertEqual(refusal.kind, .damaged, "\(refusal)")
    XCTAssertTrue(refusal.reason.contains("stored twice"), "\(refusal)")
  }

  /// The look itself never traps, whatever it is given.
  func testMutantsAreTakenOrRefused() throws {
    let path = try temporaryFolder().appending(path: "mutant.h5").path
    var state: UInt64 = 1
    func below(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var refusedCount = 0
    for name in [
      "chunks", "kinds", "levels", "newer", "user-block", "variable-length-strings", "indexes",
      "circles-newer", "unread",
    ] {
      let whole = try RegularFile(fixture(name)).contents(limit: .max)
      let places = whole.indices.filter { whole[$0] != 0 }
      for _ in 0..<250 {
        var mutant = whole
        for _ in 0...below(3) {
          let place = places[below(places.count)]
          switch below(4) {
          case 0: mutant[place] ^= 1 << UInt8(below(8))
          case 1: mutant[place] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
          case 2:
            for next in place..<min(place + 8, whole.count) { mutant[next] = 0xFF }
          default:
            let count = min(16, whole.count - place)
            let source = below(whole.count - count + 1)
            mutant.replaceSubrange(place..<place + count, with: whole[source..<source + count])
          }
        }
        if below(20) == 0 { mutant.removeLast(below(mutant.count)) }
        try Data(mutant).write(to: URL(filePath: path))
        do {
          _ = try HDF5Structure(of: RegularFile(path))
        } catch let error as HDF5Error {
          refusedCount += 1
          XCTAssertFalse("\(error)".contains("\n"))
        }
      }
    }
    XCTAssertGreaterThan(refusedCount, 1_000)
  }
}
