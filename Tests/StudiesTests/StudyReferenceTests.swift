import Foundation
import Studies
import XCTest

/// The article with all keys of studies, against the code.
final class StudyReferenceTests: XCTestCase {
  private let minimal = """
    data: {train: shards, validation: others}
    batch: {size: 64, microBatch: 8}
    training: {epochs: 10}
    schedule: {learningRate: 0.5}
    """

  private struct Row {
    let key: String
    /// Nil for a key without a default.
    let value: String?
    let allowed: String
  }

  private func documented() throws -> [Row] {
    let article = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/Studies/Studies.docc/StudyReference.md")
    let text = try String(contentsOf: article, encoding: .utf8)
    let row = /(?m)^\| `(\w+\.\w+)` \| (?:`([^`]+)`|) \| (\S.*?) \| \S.* \|$/
    return text.matches(of: row).map {
      Row(key: String($0.1), value: $0.2.map(String.init), allowed: String($0.3))
    }
  }

  /// What a wrong value is told.
  private func fault(_ setting: String) -> String {
    do {
      _ = try StudyConfiguration(yaml: minimal, overrides: [setting])
      return ""
    } catch { return "\(error)" }
  }

  func testEveryKeyIsDocumentedWithItsDefault() throws {
    let entries = try StudyConfiguration(yaml: minimal, overrides: ["evolution.epochs=3"]).entries
    let own = entries.filter { ["search", "halving", "evolution", "space"].contains($0.section) }
    let rows = try documented()
    XCTAssertEqual(rows.map(\.key), own.map(\.name))
    for (row, entry) in zip(rows, own) where row.key != "evolution.epochs" {
      XCTAssertEqual(row.value, entry.value, row.key)
    }
    XCTAssertEqual(rows.first { $0.key == "evolution.epochs" }.map { $0.value == nil }, true)
  }

  func testWhatIsAllowedIsWhatTheCodeAllows() throws {
    for row in try documented() {
      guard row.allowed.contains(/number|integer/) else { continue }
      let isList = row.allowed.hasPrefix("list of ")
      let kind = row.allowed.dropFirst(isList ? 8 : 0).prefix { $0 != "," }
      let range = row.allowed.drop { $0 != "," }.dropFirst(2)
      XCTAssertTrue(
        fault("\(row.key)={}").contains(isList ? "a list of \(kind)" : "\(kind)"), row.key)
      let tooLow = "-1" + String(repeating: "0", count: 30)
      XCTAssertTrue(
        fault("\(row.key)=\(isList ? "[\(tooLow)]" : tooLow)").hasSuffix("allowed: \(range)"),
        "\(row.key): \(fault("\(row.key)=\(isList ? "[\(tooLow)]" : tooLow)"))")
    }
  }
}
