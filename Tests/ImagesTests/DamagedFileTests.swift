import Images
import Tensors
import XCTest

final class DamagedFileTests: XCTestCase {
  private let decoder = ImageDecoder()

  private func assert(_ file: [UInt8], throws expected: ImageError, line: UInt = #line) {
    XCTAssertThrowsError(try decoder.picture(file), line: line) {
      XCTAssertEqual($0 as? ImageError, expected, line: line)
    }
    XCTAssertThrowsError(try decoder.description(of: file), line: line) {
      XCTAssertEqual($0 as? ImageError, expected, line: line)
    }
  }

  func testFilesThatAreNoPicturesAreNamed() throws {
    assert(try Fixture.bytes(of: "empty.jpg"), throws: .empty)
    assert(try Fixture.bytes(of: "text.jpg"), throws: .unknownFormat)
    for (format, beginning) in [
      ("GIF", "GIF89a"), ("BMP", "BM\u{1}\u{1}\0\0\0\0\0\0"), ("WebP", "RIFF\u{1}\0\0\0WEBPVP8 "),
      ("TIFF", "II*\0"), ("TIFF", "MM\0*"), ("AVIF", "\0\0\0\u{20}ftypavif"),
      ("HEIC", "\0\0\0\u{18}ftypheic"), ("AVIF", "\0\0\0\u{20}ftypavis"),
      ("HEIC", "\0\0\0\u{18}ftypmif1"), ("JPEG XL", "\0\0\0\u{C}JXL \r\n"),
      ("a web page", "<!DOCTYPE html><html>"),
      ("an AppleDouble file of macOS", "\0\u{5}\u{16}\u{7}\0"),
      ("a pointer of Git LFS without its file", "version https://git-lfs.github.com/spec/v1"),
    ] {
      assert(Array(beginning.utf8), throws: .unsupported(format: format))
    }
    XCTAssertEqual(
      ImageError.unsupported(format: "GIF").description,
      "it is GIF, whatever its name says; convert it to JPEG or PNG")
    assert(Array("BMW and other cars".utf8), throws: .unknownFormat)
  }

  func testHeadersThatNameTooManyPixelsAreRefused() throws {
    for (file, limit) in [("bomb.jpg", 100_000_000), ("bomb.png", 32_500_000)] {
      assert(
        try Fixture.bytes(of: file),
        throws: .tooLarge(height: 20_000, width: 20_000, limit: limit))
    }
  }

  func testAHeaderWithoutPixelsIsRefused() throws {
    var file = try Fixture.bytes(of: "bomb.jpg")
    file.replaceSubrange(7..<9, with: [0, 0])
    assert(file, throws: .damaged(reason: "its header says 20000 × 0 pixels"))
  }

  func testEveryBeginningOfAFileIsRefused() throws {
    for name in ["grey.jpg", "progressive.jpg", "cmyk.jpg", "orientation6.jpg"] {
      let file = try Fixture.bytes(of: name)
      for count in 4..<file.count {
        XCTAssertThrowsError(try decoder.picture(Array(file[..<count])), "\(name), \(count)") {
          XCTAssertEqual($0 as? ImageError, .truncated, "\(name), \(count)")
        }
      }
    }
    for name in ["grey.png", "palette-alpha.png", "orientation6.png"] {
      let file = try Fixture.bytes(of: name)
      // The last four bytes are a checksum of nothing.
      for count in 8..<file.count - 4 {
        XCTAssertThrowsError(try decoder.picture(Array(file[..<count])), "\(name), \(count)") {
          XCTAssertEqual($0 as? ImageError, .truncated, "\(name), \(count)")
        }
      }
    }
  }

  func testMissingPixelsBeforeTheEndAreFound() throws {
    for name in ["grey.jpg", "rgb420.jpg"] {
      let file = try Fixture.bytes(of: name)
      assert(
        pixels: Array(file[..<(file.count - 200)]) + [0xFF, 0xD9],
        damaged: "premature end of data segment")
    }
    var file = try Fixture.bytes(of: "grey.png")
    file[file.count - 40] ^= 1
    assert(pixels: file, damaged: "IDAT")
  }

  private func assert(pixels file: [UInt8], damaged expected: String, line: UInt = #line) {
    XCTAssertNoThrow(try decoder.description(of: file), line: line)
    XCTAssertThrowsError(try decoder.picture(file), line: line) {
      guard case ImageError.damaged(let reason) = $0 else { return XCTFail("\($0)", line: line) }
      XCTAssertTrue(reason.contains(expected), reason, line: line)
    }
  }

  func testHarmlessMistakesOfCamerasAreAccepted() throws {
    for name in ["grey.jpg", "rgb420.jpg", "progressive.jpg"] {
      let file = try Fixture.bytes(of: name)
      let pixels = try decoder.picture(file).pixels
      let extraneous = Array(file.dropLast(2)) + [0, 0x12, 0x34, 0xFF, 0xFF, 0xD9]
      XCTAssertEqual(try decoder.picture(extraneous).pixels, pixels, name)
      XCTAssertEqual(try decoder.picture(file + [1, 2, 0xFF, 0xD8]).pixels, pixels, name)
      // Major version of JFIF, which begins with length and name.
      var version = file
      version[11] = 9
      XCTAssertEqual(try decoder.picture(version).pixels, pixels, name)
      let versionAndEnd = Array(version.dropLast(2))
      XCTAssertThrowsError(try decoder.picture(versionAndEnd), name) {
        XCTAssertEqual($0 as? ImageError, .truncated)
      }
    }
  }

  func testOrientationsThatLieLeaveThePictureAsItIs() throws {
    let file = try Fixture.bytes(of: "orientation6.jpg")
    let tiff = try XCTUnwrap(file.firstRange(of: Array("II*\0".utf8))).lowerBound
    XCTAssertEqual(try decoder.picture(file).shape, [23, 14, 3])
    // Places in the structure: its mark, the offset of its entries, their number; then of the
    // second entry tag, type, number of values, and value.
    let lies: [(Int, UInt8)] = [
      (1, 0), (4, 0xFF), (7, 0xFF), (8, 1), (22, 0x13), (24, 1), (26, 0), (30, 0), (30, 9), (31, 1),
    ]
    for (offset, value) in lies {
      var changed = file
      changed[tiff + offset] = value
      XCTAssertEqual(try decoder.picture(changed).shape, [14, 23, 3], "\(offset)")
    }
    // More entries than there are: the one with the orientation is among them.
    var changed = file
    changed[tiff + 9] = 0xFF
    XCTAssertEqual(try decoder.picture(changed).shape, [23, 14, 3])
  }

  func testRandomChangesAreDecodedOrRefused() throws {
    let files = try Fixture.checks().decoded.map { try Fixture.bytes(of: $0.file) }
    let changesPerFile = 40
    var refused = 0
    for (index, file) in files.enumerated() {
      for change in 0..<changesPerFile {
        var random = CounterRandom(seed: 1, epoch: change, sample: index, purpose: .synthetic)
        var changed = file
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          // Half of them in the headers.
          let end = Bool.random(using: &random) ? min(200, changed.count) : changed.count
          let place = Int.random(in: 2..<end, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
          case 1: changed[place] ^= 1 << Int.random(in: 0..<8, using: &random)
          case 2: changed.remove(at: place)
          default: changed.insert(0xFF, at: place)
          }
        }
        do throws(ImageError) {
          let described = try decoder.description(of: changed)
          let picture = try decoder.picture(changed)
          XCTAssertEqual(picture.shape, [described.height, described.width, 3])
        } catch {
          refused += 1
          XCTAssertFalse(error.description.contains("\n"))
        }
      }
    }
    XCTAssertGreaterThan(refused, files.count * changesPerFile / 4)
    XCTAssertLessThan(refused, files.count * changesPerFile)
  }
}
