import Foundation
import Networks
import Studies
import Training
import XCTest
import Yams

/// The family that a grid's winner begins.
final class FamilyTests: WinnerCase {
  private let tolerance = 0.02
  /// Four digits behind the point, as the file has them.
  private let digits = 1e-4

  private func family(_ base: Architecture, factor: Double, _ direction: String) throws -> Family {
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    let shares = try XCTUnwrap(Direction(direction)).shares
    return Family(
      equalizer, winner: try equalizer.network(factor: factor, shares), factor: factor)
  }

  func testMembersOfB0HaveEqualComputeAndGrow() throws {
    let base = Architecture(.b0)
    let family = try family(base, factor: 2, "published")
    XCTAssertEqual(family.members.map(\.phi), Array(-1...7))
    var last = 0
    for member in family.members {
      let network = try XCTUnwrap(member.network, "φ = \(member.phi)")
      let factor = Double(network.multiplyAdds) / Double(base.multiplyAdds)
      XCTAssertEqual(factor / member.factor, 1, accuracy: tolerance, "φ = \(member.phi)")
      XCTAssertGreaterThan(network.multiplyAdds, last)
      last = network.multiplyAdds
      guard case .scaled(let result) = member.outcome else { continue }
      XCTAssertLessThanOrEqual(result.distance, Equalizer.farthest)
    }
    XCTAssertEqual(family.members[1].network, ScaledNetwork(base))
  }

  func testTheWinnerIsTheMemberAtItsFactor() throws {
    let equalizer = Equalizer(base: Architecture(.b0), tolerance: tolerance)
    let winner = try equalizer.network(
      factor: 4, Shares(depth: 0.5, width: 0.25, resolution: 0.25))
    let family = Family(equalizer, winner: winner, factor: 4)
    XCTAssertEqual(family.members[3].network, winner.network)
    let shares = winner.shares
    XCTAssertEqual(
      family.shares.depth, shares.depth / (shares.depth + shares.width + shares.resolution))
  }

  func testWhatIsUnreachableIsTold() throws {
    // At 32 pixels and a total stride of 32 the last map has one pixel.
    var base = Architecture(.v1, Coefficients(width: 0.5, depth: 1, resolution: 32))
    base.classes = 10
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    let winner = try equalizer.network(
      factor: 4, Shares(depth: 0, width: 0, resolution: 1))
    let family = Family(equalizer, winner: winner, factor: 4)
    let unreachable = family.members.filter { $0.network == nil }
    XCTAssertFalse(unreachable.isEmpty)
    for member in unreachable {
      guard case .unreachable(let reason) = member.outcome else {
        return XCTFail("φ = \(member.phi)")
      }
      XCTAssertEqual(reason.stride, 32)
    }
  }

  func testAMemberThatNoTableHoldsIsUnreachable() throws {
    let base = Architecture(
      StageTable(
        .v1, stem: 8, head: 16,
        [Stage(.separable, kernel: 3, stride: 1, channels: 8, repeats: 60)]),
      Coefficients(width: 1, depth: 1, resolution: 16))
    let family = try family(base, factor: 1.5, "depth")
    guard case .unreachable(let reason) = family.members[3].outcome else {
      return XCTFail("\(family.members[3].outcome)")
    }
    XCTAssertNil(family.members[3].network)
    XCTAssertTrue("\(reason)".contains("a stage has 1 to 100 blocks"), "\(reason)")
  }

  func testMembersAreFilesThatATrainingTakes() throws {
    let study = try doneStudy(.grid, ["network.evaluationResolution=24"])
    let results = try StudyResults(study)
    let training = try XCTUnwrap(WinnerTraining(study, results))
    let family = try XCTUnwrap(Family(training))
    let files = try XCTUnwrap(WinnerFiles(study, results)).files
    try write(files)
    var count = 0
    for member in family.members {
      guard let file = FamilyMemberFile(member, of: family, training) else { continue }
      XCTAssertTrue(files.contains { $0.name == file.name })
      let read = try Configuration(contentsOf: "\(folder)/\(file.name)")
      XCTAssertEqual(
        ScaledNetwork(Architecture(read.network, classes: 1_000)), member.network)
      XCTAssertEqual(
        read.network.evaluationResolution, member.network.map { $0.architecture.resolution * 3 / 2 }
      )
      XCTAssertEqual(read.data, training.configuration.data)
      XCTAssertEqual(read.training, training.configuration.training)
      count += 1
    }
    XCTAssertGreaterThan(count, 3)
  }

  func testTheFileTellsAllMembersAndWhatIsPublished() throws {
    let study = try doneStudy(.grid)
    let training = try XCTUnwrap(WinnerTraining(study, StudyResults(study)))
    let family = try XCTUnwrap(Family(training))
    let text = FamilyFile(family, training).text
    let document = try XCTUnwrap(try Yams.load(yaml: text) as? [String: [[String: Any]]])
    let members = try XCTUnwrap(document["members"])
    XCTAssertEqual(
      members.compactMap { $0["phi"] as? Int },
      family.members.filter { $0.network != nil }.map(\.phi))
    for member in family.members where member.network == nil {
      XCTAssertTrue(text.contains("# φ = \(member.phi): no network"), text)
    }
    let released = try XCTUnwrap(document["released"])
    XCTAssertEqual(released.count, 8)
    XCTAssertEqual(released[7]["name"] as? String, "B7")
    XCTAssertEqual(released[7]["multiplyAdds"] as? Int, Architecture(.b7).multiplyAdds)
    // φ = 1 by formula, ⌈1.2·n⌉ blocks, costs 2.57 times the baseline.
    let formula = try XCTUnwrap(document["formulaFromB0"])
    XCTAssertEqual(formula.compactMap { $0["phi"] as? Int }, Array(-1...7))
    XCTAssertEqual(try XCTUnwrap(formula[2]["factor"] as? Double), 2.57, accuracy: 0.005)
    let base = try XCTUnwrap(document["formula"])
    XCTAssertEqual(try XCTUnwrap(base[1]["factor"] as? Double), 1, accuracy: digits)
  }
}
