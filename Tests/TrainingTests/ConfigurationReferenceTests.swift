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

  /// What a fault names behind `allowed: `.
  private func allowed(_ overrides: [String]) -> [String] {
    do {
      _ = try Configuration(yaml: minimal, overrides: overrides)
    } catch {
      guard let list = "\(error)".components(separatedBy: "allowed: ").dropFirst().last else {
        return []
      }
      return list.components(separatedBy: ", ")
    }
    return []
  }

  /// Keys and defaults in the order of the article; nil for a key without.
  private func documented() throws -> [(key: String, value: String?)] {
    let article = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/Training/Training.docc/ConfigurationReference.md")
    let text = try String(contentsOf: article, encoding: .utf8)
    return text.matches(of: /(?m)^\| `(\w+\.\w+)` \| (?:`([^`]+)`|required|) \| \S.* \|$/).map {
      (String($0.1), $0.2.map(String.init))
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
    for (key, value) in try documented() where !given.contains(key) {
      guard let value else {
        XCTAssertNil(values[key], "\(key) has a default")
        continue
      }
      XCTAssertTrue(values[key]?.contains(value) ?? false, "\(key): \(values[key] ?? [])")
    }
  }
}
