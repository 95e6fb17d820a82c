import Foundation
import Images
import XCTest

/// The pictures and expected results that `Fixtures/make-augmentations.py` wrote.
struct AugmentationFixture {
  static let height = 40
  static let width = 56

  /// A colour picture or a grey one.
  enum Kind: String, CaseIterable {
    case colour, grey

    var channels: Int { self == .colour ? 3 : 1 }
  }

  private let pictures: [Kind: [UInt8]]
  private var results: [String: [UInt8]] = [:]

  init() throws {
    func bytes(_ name: String) throws -> [UInt8] {
      let file = Bundle.module.bundleURL.appending(path: "Fixtures/augmentation-\(name)")
      return try Array(Data(contentsOf: file))
    }
    pictures = [
      .colour: try bytes("colour.raw"), .grey: try bytes("grey.raw"),
    ]
    var data = try bytes("results.raw")[...]
    for name in String(decoding: try bytes("results.txt"), as: UTF8.self).split(separator: "\n") {
      let channels = name.hasPrefix(Kind.grey.rawValue) ? 1 : 3
      let size = Self.height * Self.width * channels
      results[String(name)] = Array(data.prefix(size))
      data = data.dropFirst(size)
    }
    XCTAssert(data.isEmpty, "results without a name")
  }

  /// A fresh copy of the picture that the results were made from.
  func picture(_ kind: Kind) throws -> PixelImage {
    let image = PixelImage(height: Self.height, width: Self.width, channels: kind.channels)
    let bytes = try XCTUnwrap(pictures[kind])
    XCTAssertEqual(bytes.count, image.byteCount)
    for index in 0..<min(bytes.count, image.byteCount) { image.bytes[index] = bytes[index] }
    return image
  }

  /// Checks what an operation makes of the picture of each kind.
  ///
  /// - Parameters:
  ///   - name: Name of the expected result.
  ///   - kinds: The pictures that there is a result for.
  ///   - tolerance: Largest difference of a value.
  ///   - operation: Changes the first picture; the second is scratch.
  func check(
    _ name: String, kinds: [Kind] = Kind.allCases, tolerance: Int = 0,
    file: StaticString = #filePath, line: UInt = #line,
    _ operation: (PixelImage, PixelImage) -> Void
  ) throws {
    for kind in kinds {
      let image = try picture(kind)
      let before = Array(image.bytes)
      operation(image, PixelImage())
      let expected = try XCTUnwrap(
        results["\(kind) \(name)"], "no result \(kind) \(name)", file: file, line: line)
      XCTAssertNotEqual(Array(image.bytes), before, "\(kind) \(name)", file: file, line: line)
      let largest = zip(image.bytes, expected).map { abs(Int($0) - Int($1)) }.max() ?? 256
      XCTAssertLessThanOrEqual(largest, tolerance, "\(kind) \(name)", file: file, line: line)
    }
  }
}
