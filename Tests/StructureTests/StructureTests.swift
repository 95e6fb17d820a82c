import Foundation
import XCTest

/// Who uses whom: targets by their imports, folders of a target by the types that they name. Both
/// point one way, so that each can be read without those above it.
final class StructureTests: XCTestCase {
  private func tree() throws -> SourceTree {
    try SourceTree(
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent())
  }

  func testTargetsImportWhatTheyDeclare() throws {
    let tree = try tree()
    XCTAssertGreaterThan(tree.files.count, 10)
    for (target, declared) in tree.dependencies.sorted(by: { $0.key < $1.key }) {
      let imports = tree.imports(of: target)
      print("\(target) → \(imports.sorted().joined(separator: ", "))")
      XCTAssertEqual(imports.subtracting(declared), [], "\(target) does not declare these")
      XCTAssertEqual(declared.subtracting(imports), [], "\(target) does not import these")
    }
  }

  func testFoldersOfATargetPointOneWay() throws {
    let tree = try tree()
    var count = 0
    for target in tree.files.keys.sorted() {
      let uses = tree.folders(of: target)
      count += uses.count
      for (folder, others) in uses.sorted(by: { $0.key < $1.key }) where uses.count > 1 {
        let names = others.keys.map { $0.isEmpty ? "(beside)" : $0 }.sorted()
        print("\(target)/\(folder) → \(names.joined(separator: ", "))")
      }
      guard let circle = SourceTree.circle(in: uses) else { continue }
      let steps = zip(circle, circle.dropFirst()).map { from, to in
        "\(from) → \(to) (\(uses[from]?[to] ?? ""))"
      }
      XCTFail("\(target): \(steps.joined(separator: ", "))")
    }
    XCTAssertGreaterThan(count, 30)
  }

  func testPurposesOfRandomNumbersHaveNumbersOfTheirOwn() throws {
    let numbers = try tree().purposes
    XCTAssertGreaterThan(numbers.count, 10)
    XCTAssertEqual(Set(numbers).count, numbers.count, "\(numbers.sorted())")
  }

  func testACircleIsFound() {
    func circle(_ uses: [String: [String]]) -> [String]? {
      SourceTree.circle(
        in: uses.mapValues { Dictionary(uniqueKeysWithValues: $0.map { ($0, "") }) })
    }
    XCTAssertNil(circle(["a": ["b", "c"], "b": ["c"], "c": []]))
    XCTAssertEqual(circle(["a": ["b"], "b": ["c"], "c": ["b"]]), ["b", "c", "b"])
    XCTAssertEqual(circle(["a": ["b"], "b": ["a"], "c": ["a"]]), ["a", "b", "a"])
  }
}
