import Foundation
import Training
import XCTest

/// Configurations as they come from outside, in a folder of the test.
class ConfigurationFileTestCase: XCTestCase {
  var folder = URL(fileURLWithPath: "/")
  static let minimal = """
    data: {train: shards/train-*.h5}
    batch: {size: 64, microBatch: 8}
    training: {epochs: 10}
    schedule: {learningRate: 0.1}

    """

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "effnet-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws {
    try FileManager.default.removeItem(at: folder)
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ text: String, to name: String) throws {
    try write(Data(text.utf8), to: name)
  }

  func write(_ data: Data, to name: String) throws {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  func read(_ overrides: String...) throws -> Configuration {
    try Configuration(yaml: Self.minimal, overrides: overrides)
  }

  func assertFault(
    _ yaml: String, _ overrides: String..., has parts: String..., line: UInt = #line
  ) {
    XCTAssertThrowsError(try Configuration(yaml: yaml, overrides: overrides), line: line) { error in
      for part in parts { XCTAssertTrue("\(error)".contains(part), "\(error)", line: line) }
      XCTAssertFalse("\(error)".contains { $0.isNewline }, "\(error)", line: line)
      XCTAssertLessThan("\(error)".count, 1_000, line: line)
    }
  }

  func assertFileFault(
    _ name: String, has parts: String..., line: UInt = #line
  ) {
    XCTAssertThrowsError(try Configuration(contentsOf: path(name)), line: line) { error in
      for part in parts { XCTAssertTrue("\(error)".contains(part), "\(error)", line: line) }
      XCTAssertLessThan("\(error)".count, 1_000, line: line)
    }
  }
}
