import Foundation
import Training
import XCTest

/// The article with all keys, against the code.
final class ConfigurationReferenceTests: XCTestCase {
  /// Settings with which the keys of every kind are known.
  private let kinds = [
    [], ["network.phi=1"], ["optimizer.kind=sgd"], ["optimizer.kind=lars"],
    ["schedule.kind=constant"], ["schedule.kind=cosine"], ["schedule.kind=polynomial"],
    ["training.progressiveStages=2"], ["finetuning.checkpoint=a.h5"],
  ]

  private let minimal = """
    data: {train: shards}
    batch: {size: 64, microBatch: 8}
    training: {epochs: 10}
    schedule: {learningRate: 0.5}
    """

  /// What the fault of wrong settings says, if there is one.
  private func fault(_ overrides: [String]) -> String {
    do {
      _ = try Configuration(yaml: minimal, overrides: overrides)
      return ""
    } catch {
      return "\(error)"
    }
  }

  /// What a fault names behind `allowed: `.
  private func allowed(_ overrides: [String]) -> [String] {
    fault(overrides).components(separatedBy: "allowed: ").dropFirst().last?
      .components(separatedBy: ", ") ?? []
  }

  /// What a key may have, in the words of the faults that refuse anything else.
  private func allowed(_ key: String) throws -> String {
    let kind = try XCTUnwrap(
      kinds.first { !fault($0 + ["\(key)={}"]).contains(/unknown key|: only with/) }, key)
    let expected = try XCTUnwrap(
      fault(kind + ["\(key)={}"])
        .firstMatch(of: /expected (?:one of |an? )?(.*), found keys and values/)?.1, key)
    guard expected.contains(/number|integer/) else { return String(expected) }
    let tooLow = "-1" + String(repeating: "0", count: 30)
    // A number, or a list of as many as the key wants.
    for value in [tooLow, "[\(tooLow), \(tooLow)]", "[\(tooLow), \(tooLow), \(tooLow)]"] {
      let range = allowed(kind + ["\(key)=\(value)"])
      if !range.isEmpty { return "\(expected), \(range.joined(separator: ", "))" }
    }
    return String(expected)
  }

  private struct Row {
    let key: String
    /// Nil for a key without a default.
    let value: String?
    let allowed: String
  }

  /// The rows of the article, in its order.
  private func documented() throws -> [Row] {
    let article = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/Training/Training.docc/ConfigurationReference.md")
    let text = try String(contentsOf: article, encoding: .utf8)
    let row = /(?m)^\| `(\w+\.\w+)` \| (?:`([^`]+)`|required|) \| (\S.*?) \| \S.* \|$/
    return text.matches(of: row).map {
      Row(key: String($0.1), value: $0.2.map(String.init), allowed: String($0.3))
    }
  }

  func testEveryKeyIsDocumentedAndNoOther() throws {
    let sections = allowed(["colour.x=1"]).filter { $0 != "base" }
    XCTAssertGreaterThan(sections.count, 10)
    var keys: Set<String> = []
    for kind in kinds {
      for section in sections {
        keys.formUnion(allowed(kind + ["\(section).colour=1"]).map { "\(section).\($0)" })
      }
    }
    let documented = try documented().map(\.key)
    XCTAssertEqual(Set(documented).symmetricDifference(keys), [])
    XCTAssertEqual(documented.count, keys.count, "a key comes twice")
  }

  func testDefaultsAreThoseOfTheCode() throws {
    let resolved = try kinds.map { try Configuration(yaml: minimal, overrides: $0).yaml }
    var values: [String: Set<String>] = [:]
    for yaml in resolved {
      var section = ""
      for line in yaml.split(separator: "\n") {
        if !line.hasPrefix(" ") {
          section = String(line.dropLast())
        } else if let colon = line.firstIndex(of: ":") {
          let value = line[colon...].dropFirst(2)
          values["\(section).\(line[..<colon].dropFirst(2))", default: []].insert(String(value))
        }
      }
    }
    // What `minimal` gives itself, or a kind has otherwise.
    let given = [
      "data.train", "batch.size", "batch.microBatch", "training.epochs", "schedule.learningRate",
      "network.phi", "finetuning.checkpoint",
    ]
    for row in try documented() where !given.contains(row.key) {
      guard let value = row.value else {
        XCTAssertNil(values[row.key], "\(row.key) has a default")
        continue
      }
      XCTAssertTrue(
        values[row.key]?.contains(value) ?? false, "\(row.key): \(values[row.key] ?? [])")
    }
  }

  func testWhatIsAllowedIsWhatTheCodeAllows() throws {
    for row in try documented() { XCTAssertEqual(row.allowed, try allowed(row.key), row.key) }
  }
}
