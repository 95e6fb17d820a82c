import Glibc
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
    for (count, height, width) in [(70, 8_000, 8_000), (490, 3_000, 3_000)] {
      guard case .costly? = error(try scanned(count, height: height, width: width)) else {
        return XCTFail("\(count) scans of \(height) × \(width) pixels")
      }
    }
    // As many of a small picture are nothing.
    let small = error(try scanned(100, height: 40, width: 40))
    if case .costly? = small { XCTFail("100 scans of 40 × 40 pixels") }
  }

  /// Seconds of this thread.
  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
    let start = now()
    try body()
    return now() - start
  }

  func testPixelsOfKindsThatCostMoreAreFewer() throws {
    // Bits, kind, and the million pixels that are read of it.
    for (bits, kind, millions) in [
      (1, 0, 100), (8, 0, 72), (16, 0, 37), (8, 2, 32), (16, 2, 16), (8, 3, 72), (1, 3, 100),
      (8, 4, 44), (16, 4, 22), (8, 6, 25), (16, 6, 12),
    ] as [(UInt8, UInt8, Int)] {
      for isInterlaced in [false, true] {
        for orientation in [nil, 6, 8] as [UInt8?] {
          func file(_ millions: Int) -> [UInt8] {
            PNGFile.picture(
              height: 1_000, width: 1_000 * millions, bits: bits, kind: kind,
              isInterlaced: isInterlaced, orientation: orientation, deflated: [])
          }
          XCTAssertNoThrow(try decoder.description(of: file(millions)))
          XCTAssertThrowsError(try decoder.description(of: file(millions + 1))) {
            guard case .tooLarge(_, _, let limit)? = $0 as? ImageError else {
              return XCTFail("\($0)")
            }
            XCTAssertEqual(limit / 1_000_000, millions, "\(bits) bits, kind \(kind)")
          }
        }
      }
    }
    // A product that no number of 64 bits holds.
    XCTAssertThrowsError(
      try decoder.description(
        of: PNGFile.picture(height: .init(UInt32.max), width: .init(UInt32.max), deflated: [])))
  }

  /// The header of a JPEG fixture with another size, an orientation, and bytes behind its end.
  private func sized(
    _ name: String, _ height: Int, _ width: Int, isTurned: Bool = false, byteCount: Int = 0
  ) throws -> [UInt8] {
    var file = try Fixture.bytes(of: name)
    let frame = try XCTUnwrap(
      file.indices.dropLast().first { file[$0] == 0xFF && [0xC0, 0xC2].contains(file[$0 + 1]) })
    for (place, value) in [(5, height >> 8), (6, height & 255), (7, width >> 8), (8, width & 255)] {
      file[frame + place] = UInt8(value)
    }
    let exif = Array("Exif\0\0".utf8) + tiff("MM\0*", [(3, 1, [0, 6, 0, 0])])
    let segment = [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif
    return file[..<2] + (isTurned ? segment : []) + file[2...]
      + [UInt8](repeating: 0, count: max(0, byteCount - file.count))
  }

  func testPhotographsOfAHundredMillionPixelsAreRead() throws {
    for name in ["rgb420.jpg", "rgb422.jpg", "grey.jpg", "photo.jpg"] {
      for isTurned in [false, true] {
        let file = try sized(name, 8_700, 11_490, isTurned: isTurned, byteCount: 70_000_000)
        let description = try decoder.description(of: file)
        XCTAssertEqual(description.height, isTurned ? 11_490 : 8_700)
      }
      XCTAssertEqual(
        error(try sized(name, 10_001, 10_000)),
        .tooLarge(height: 10_001, width: 10_000, limit: 100_000_000))
    }
    XCTAssertNoThrow(
      try decoder.description(of: sized("progressive.jpg", 7_000, 9_300, isTurned: true)))
    // All coefficients, the pixels, and the pixels upright.
    guard case .tooLarge? = error(try sized("progressive.jpg", 10_000, 10_000, isTurned: true))
    else { return XCTFail("it would take 900 MB") }
    guard case .costly? = error(try sized("rgb420.jpg", 3_000, 3_000, byteCount: 130_000_000))
    else { return XCTFail("more bytes than are decoded in a second") }
  }

  func testPicturesAtTheirLimitTakeASecond() throws {
    // Runs of zeros are what most pixels are inflated from; their number is that of all passes.
    for (side, bits, kind, samples) in [
      (5_000, 8, 6, 4), (3_500, 16, 6, 8), (8_000, 8, 3, 1),
    ] as [(Int, UInt8, UInt8, Int)] {
      let rows = (side + 7) / 8 * 3 + (side + 3) / 4 * 2 + side
      let file = PNGFile.picture(
        height: side, width: side, bits: bits, kind: kind, isInterlaced: true, orientation: 6,
        deflated: PNGFile.zeros(side * side * samples + rows))
      try XCTAssertLessThan(seconds { _ = try decoder.picture(file) }, 2)
    }
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
