import Foundation
import Studies
import XCTest

/// The studies in `Configs`, read as a user reads them.
final class StudyRecipeTests: XCTestCase {
  private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Configs")

  func testEveryStudyIsRight() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix("-letters.yaml") || $0.hasPrefix("study-") }
    XCTAssertEqual(
      Set(names), ["scaling-letters.yaml", "study-imagenet.yaml", "study-letters.yaml"])
    for name in names {
      let study = try StudyConfiguration(
        contentsOf: folder.appending(path: name).path, overrides: [])
      XCTAssertFalse(study.search.hypotheses.isEmpty, name)
      let tested = study.search.hypotheses.flatMap { [$0.better, $0.worse] }
      XCTAssertTrue(Set(tested).isSubset(of: study.search.directions), name)
    }
  }

  func testAGridSetsNoKeyOfEvolution() throws {
    let path = folder.appending(path: "study-imagenet.yaml").path
    let study = try StudyConfiguration(contentsOf: path, overrides: [])
    let finalists = try StudyConfiguration(contentsOf: path, overrides: ["search.finalists=null"])
      .search.finalists
    XCTAssertEqual(study.search.finalists, finalists, "it has no effect there")
  }
}
