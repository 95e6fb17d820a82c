import Images
import XCTest

/// Files that ask for more work than their pixels, or are of kinds that are not read.
final class CostlyFileTests: XCTestCase {
  private let decoder = ImageDecoder()

  private func error(_ file: [UInt8]) -> ImageError? {
    do throws(ImageError) {
      _ = try decoder.picture(file)
      return nil
    } catch { return error }
  }

  func testPixelsThatGoOnBehindTheLastAreRefused() throws {
    XCTAssertEqual(
      try decoder.picture(PNGFile.black(side: 8)).pixels, [UInt8](repeating: 0, count: 192))
    // A few too many are what some programs write.
    XCTAssertNil(error(PNGFile.black(side: 8, zeros: 5_000)))
    guard case .costly? = error(PNGFile.black(side: 8, zeros: 20_000_000)) else {
      return XCTFail("the stream was read to its end")
    }
    XCTAssertEqual(
      error(PNGFile.black(side: 8, zeros: 70)), .damaged(reason: "Not enough image data"))
  }

  func testChunksThatDoNotMatterAreNotRead() throws {
    let text = Array("k\0\0".utf8) + PNGFile.zeros(1_000_000)
    let flood = (0..<200).flatMap { _ in PNGFile.chunk("zTXt", text) }
    let profile = PNGFile.chunk("iCCP", Array("p\0\0".utf8) + PNGFile.zeros(9_000_000))
    let palettes = PNGFile.chunk("sPLT", [UInt8](repeating: 7, count: 100_000))
    let start = ContinuousClock.now
    let picture = try decoder.picture(
      PNGFile.black(side: 8, before: profile + flood + palettes, behind: flood))
    XCTAssertEqual(picture.shape, [8, 8, 3])
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(1))
    let empty = [UInt8]((0..<1_000_001).flatMap { _ in PNGFile.chunk("abCd") })
    guard case .costly? = error(PNGFile.black(side: 8, before: empty)) else {
      return XCTFail("a million chunks were read")
    }
  }

  func testSixteenBitsInPassesAreRounded() throws {
    // Passes of one pixel, of the other one of the first row, and of the second row.
    let rows: [[UInt8]] = [[0, 10, 255], [0, 20, 0], [0, 30, 127, 40, 129]]
    let header: [UInt8] = [0, 0, 0, 2, 0, 0, 0, 2, 16, 0, 0, 0, 1]
    let file =
      PNGFile.signature + PNGFile.chunk("IHDR", header)
      + PNGFile.chunk("IDAT", PNGFile.stored(rows.flatMap(\.self))) + PNGFile.chunk("IEND")
    XCTAssertEqual(
      try decoder.picture(file).pixels,
      [11, 20, 30, 40].flatMap { [UInt8](repeating: $0, count: 3) })
  }

  /// A progressive file with its second scan `count` times more.
  private func scanned(_ count: Int, height: Int, width: Int) throws -> [UInt8] {
    var file = try Fixture.bytes(of: "progressive.jpg")
    let frame = try XCTUnwrap(file.firstRange(of: [0xFF, 0xC2])).lowerBound
    for (place, value) in [(5, height >> 8), (6, height & 255), (7, width >> 8), (8, width & 255)] {
      file[frame + place] = UInt8(value)
    }
    let scans = file.ranges(of: [0xFF, 0xDA])
    let length = 2 + Int(file[scans[1].lowerBound + 3])
    let scan = file[scans[1].lowerBound..<scans[1].lowerBound + length] + [0]
    return Array(file.dropLast(2)) + (0..<count).flatMap { _ in scan } + [0xFF, 0xD9]
  }

  func testScansWithoutPixelsAreRefused() throws {
    for (count, height, width) in [(40, 8_000, 8_000), (490, 3_000, 3_000)] {
      guard case .costly? = error(try scanned(count, height: height, width: width)) else {
        return XCTFail("\(count) scans of \(height) × \(width) pixels")
      }
    }
    // As many of a small picture are nothing.
    let small = error(try scanned(100, height: 40, width: 40))
    if case .costly? = small { XCTFail("100 scans of 40 × 40 pixels") }
  }

  func testKindsOfJPEGAreNamed() throws {
    let file = try Fixture.bytes(of: "grey.jpg")
    let frame = try XCTUnwrap(file.firstRange(of: [0xFF, 0xC0])).lowerBound
    for (place, value, kind) in [
      (1, 0xC3, "without loss"), (1, 0xC5, "in a hierarchy of frames"), (1, 0xF7, "of JPEG-LS"),
      (4, 12, "of 12 bits a sample"), (9, 2, "of 2 channels"),
    ] as [(Int, UInt8, String)] {
      var changed = file
      changed[frame + place] = value
      XCTAssertEqual(error(changed), .unsupportedJPEG(kind: kind))
      XCTAssertTrue("\(ImageError.unsupportedJPEG(kind: kind))".contains("convert it to PNG"))
    }
  }

  /// A TIFF structure with these entries: type, number of values, four bytes.
  private func tiff(_ mark: String, _ entries: [(type: Int, count: Int, value: [UInt8])]) -> [UInt8]
  {
    let isLittle = mark.hasPrefix("II")
    func number(_ value: Int, _ width: Int) -> [UInt8] {
      let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittle ? bytes : bytes.reversed()
    }
    return Array(mark.utf8) + number(8, 4) + number(entries.count, 2)
      + entries.flatMap {
        number(0x112, 2) + number($0.type, 2) + number($0.count, 4) + $0.value
      } + number(0, 4) + number(6, 4) + number(1, 4)
  }

  /// Outcomes of Pillow 13's `ImageOps.exif_transpose` for each of these.
  func testOrientationsOfAnyTypeAreReadAsPillowDoes() throws {
    let file = try Fixture.bytes(of: "grey.jpg")
    let upright = try decoder.picture(file).shape
    let turned = [upright[1], upright[0], 3]
    let little: [(Int, Int, [UInt8], Bool)] = [
      (3, 1, [6, 0, 0, 0], true), (4, 1, [6, 0, 0, 0], true), (8, 1, [6, 0, 0, 0], true),
      (9, 1, [6, 0, 0, 0], true), (13, 1, [6, 0, 0, 0], true), (6, 1, [6, 0, 0, 0], true),
      (1, 1, [6, 0, 0, 0], false), (7, 1, [6, 0, 0, 0], false), (2, 2, [0x36, 0, 0, 0], false),
      (0, 1, [6, 0, 0, 0], false), (3, 2, [6, 0, 1, 0], true), (3, 0, [6, 0, 0, 0], false),
      (4, 1, [0, 0, 6, 0], false), (5, 1, [26, 0, 0, 0], true), (3, 9, [0, 0, 1, 0], false),
      (3, 1, [9, 0, 0, 0], false), (4, 1, [6, 0, 0, 128], false),
    ]
    for (type, count, value, isTurned) in little {
      var big = Array(value.reversed())
      // Two bytes stand first, whatever the order; places are numbers.
      if [3, 8].contains(type), count < 3 { big = [value[1], value[0], value[3], value[2]] }
      if [1, 2, 6, 7].contains(type) { big = value }
      for (mark, value) in [("II*\0", value), ("MM\0*", big)] {
        let structure = tiff(mark, [(type, count, value)])
        let segment = Array("Exif\0\0".utf8) + structure
        let jpeg = file[..<2] + [0xFF, 0xE1, 0, UInt8(segment.count + 2)] + segment + file[2...]
        XCTAssertEqual(
          try decoder.picture(Array(jpeg)).shape, isTurned ? turned : upright,
          "\(mark) type \(type), \(count) values")
      }
    }
    for (structure, isTurned) in [
      (tiff("II*\0", [(99, 1, [1, 0, 0, 0]), (3, 1, [6, 0, 0, 0])]), true),
      (tiff("II*\0", [(3, 1, [1, 0, 0, 0]), (3, 1, [6, 0, 0, 0])]), false),
      (tiff("II\0*", [(3, 1, [6, 0, 0, 0])]), true),
      (Array("Exif\0\0".utf8) + tiff("MM\0*", [(4, 1, [0, 0, 0, 6])]), true),
    ] {
      let header: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 2, 8, 0, 0, 0, 0]
      let png =
        PNGFile.signature + PNGFile.chunk("IHDR", header) + PNGFile.chunk("eXIf", structure)
        + PNGFile.chunk("IDAT", PNGFile.zeros(4)) + PNGFile.chunk("IEND")
      XCTAssertEqual(try decoder.picture(png).shape, isTurned ? [1, 2, 3] : [2, 1, 3])
    }
  }
}
