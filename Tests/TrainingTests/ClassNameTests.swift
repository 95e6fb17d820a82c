import Datasets
import Foundation
import Training
import XCTest

/// Names of classes in messages.
final class ClassNameTests: XCTestCase {
  private struct Pair: ImageSource {
    let height = 2
    let width = 2
    let channels = 1
    let credit = ""
    let name = "pair"
    let classNames: [String]
    var labels: [Int32] { classNames.indices.map(Int32.init) }

    func read(_ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>) {
      bytes.update(repeating: UInt8(index & 255))
    }
  }

  func testNamesThatDifferAreShownOnALineAndCut() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "effnet-\(UUID())").path
    defer { XCTAssertNoThrow(try FileManager.default.removeItem(atPath: folder)) }
    let long = String(repeating: "x", count: 30_000)
    let marks = "a\u{301}\u{1B}[31m\rb\u{202E}"
    for (number, names) in [
      ([long + "1", "b"], [long + "2", "b"]), ([marks, "b"], ["c", "d"]),
      ((0..<9).map { "\($0)\(long)" }, (0..<9).map { "\($0)\(marks)" }),
    ].enumerated() {
      func pack(_ names: [String], _ part: String) throws -> String {
        let output = try Packer(validation: .count(0), isAsIs: true).pack(
          Pair(classNames: names), into: "\(folder)/\(number)-\(part)")
        return output.training[0]
      }
      let configuration = try Configuration(
        yaml: """
          data: {train: \(pack(names.0, "a")), validation: \(pack(names.1, "b")), mean: [0], deviation: [1]}
          network: {resolution: 32, inputChannels: 1}
          batch: {size: 2, microBatch: 2}
          training: {epochs: 1}
          schedule: {learningRate: 0.1}
          """)
      XCTAssertThrowsError(try DataFeed(configuration)) { error in
        let text = "\(error)"
        XCTAssertLessThan(text.count, 2_000)
        XCTAssertTrue(text.contains("the training data have classes"), text)
        XCTAssertFalse(text.unicodeScalars.contains { $0.value < 32 || $0 == "\u{202E}" }, text)
      }
    }
  }
}
