import Foundation
import Networks
import Studies
import XCTest

/// Networks of equal multiply-adds in all directions.
final class EqualizerTests: XCTestCase {
  private let tolerance = 0.02
  /// Shares that an equalised B0 may be away from what is asked for: half the way between two
  /// points of a triangle in sixths.
  private let farthest = 0.11
  private let directions = ["depth", "width", "resolution", "even", "published", "fast"]
    .compactMap { Direction($0) }

  /// A network for small images, of total stride 8.
  private func small(stemStride: Int = 1) -> Architecture {
    var architecture = Architecture(
      StageTable(
        .v1, stem: 16, head: 128,
        [
          Stage(.separable, kernel: 3, stride: 1, channels: 8, repeats: 1, squeezeRatio: 0.25),
          Stage(
            .mbConv, kernel: 3, stride: 2, expansion: 6, channels: 16, repeats: 2,
            squeezeRatio: 0.25),
          Stage(
            .mbConv, kernel: 5, stride: 2, expansion: 6, channels: 24, repeats: 2,
            squeezeRatio: 0.25),
          Stage(
            .mbConv, kernel: 3, stride: 2, expansion: 6, channels: 48, repeats: 3,
            squeezeRatio: 0.25),
        ]), Coefficients(width: 1, depth: 1, resolution: 32))
    architecture.stemStride = stemStride
    architecture.classes = 10
    return architecture
  }

  func testB0IsTwiceAsLargeInEveryDirection() throws {
    let base = Architecture(.b0)
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    for direction in directions {
      let result = try equalizer.network(factor: 2, direction.shares)
      let architecture = result.network.architecture
      XCTAssertEqual(
        Double(architecture.multiplyAdds) / Double(base.multiplyAdds), 2, accuracy: 2 * tolerance,
        direction.name)
      XCTAssertLessThanOrEqual(result.distance, farthest, direction.name)
      XCTAssertEqual(result.shares.distance(to: direction.shares), result.distance)
    }
  }

  func testASingleDirectionLeavesTheOthersAlone() throws {
    let base = Architecture(.b0)
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    let depth = try equalizer.network(factor: 2, directions[0].shares).network.architecture
    XCTAssertEqual(depth.resolution, 224)
    XCTAssertEqual(depth.stages.map(\.channels), base.stages.map(\.channels))
    let resolution = try equalizer.network(factor: 2, directions[2].shares).network.architecture
    XCTAssertEqual(resolution.stages, base.stages)
    XCTAssertEqual(resolution.resolution % 32, 0)
  }

  func testLargerFactorsCostMore() throws {
    let equalizer = Equalizer(base: Architecture(.b0), tolerance: tolerance)
    for direction in directions {
      var last = 0
      for factor in [0.5, 1.5, 2, 3, 4, 8] {
        let count = try equalizer.network(factor: factor, direction.shares).network.multiplyAdds
        XCTAssertGreaterThan(count, last, "\(direction.name) × \(factor)")
        last = count
      }
    }
  }

  func testResolutionIsRefusedWhereItMovesInStepsThatAreTooLarge() {
    let half = Coefficients(width: 0.5, depth: 0.5, resolution: 32)
    var base = Architecture(.v1, half)
    base.classes = 10
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    for direction in [directions[2], directions[3]] {
      do {
        let result = try equalizer.network(factor: 2, direction.shares)
        XCTFail(
          "\(direction.name): \(result.network.architecture.resolution) pixels, \(result.distance)")
      } catch {
        XCTAssertEqual(error.stride, 32)
        XCTAssertGreaterThan(error.nearest?.distance ?? .infinity, Equalizer.farthest)
      }
    }
    XCTAssertNoThrow(try equalizer.network(factor: 2, directions[0].shares))
    XCTAssertNoThrow(try equalizer.network(factor: 2, directions[1].shares))
  }

  func testFactorsThatAreNamedInPlaceOfOneCanBeHad() throws {
    // Four stages of a block each have few depths.
    var base = Architecture(.b0)
    base.stages = [0, 1, 2, 4].map { index in
      var row = base.stages[index]
      row.repeats = 1
      return row
    }
    base.resolution = 64
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    var named = 0
    for factor in [1.1, 1.2, 1.3, 1.5, 0.7] {
      for direction in directions {
        do { _ = try equalizer.network(factor: factor, direction.shares) } catch {
          XCTAssertEqual(error.reachable, error.reachable.sorted())
          for near in error.reachable {
            named += 1
            XCTAssertEqual(near > 1, factor > 1)
            XCTAssertNoThrow(
              try equalizer.network(factor: near, direction.shares), "\(direction.name) × \(near)")
          }
        }
      }
    }
    XCTAssertGreaterThan(named, 3)
  }

  /// Tries all depths, widths and resolutions without thinking.
  private func bruteForce(
    _ base: Architecture, factor: Double, _ asked: Shares, sideStep: Int
  ) -> Double {
    let target = factor * Double(base.multiplyAdds)
    let blocks = base.stages.reduce(0) { $0 + $1.repeats }
    var nearest = Double.infinity
    for total in blocks...4 * blocks {
      for side in stride(from: base.resolution, through: 2 * base.resolution, by: sideStep) {
        for step in 600...1_800 where step % 20 == 0 {
          var network = base
          let width = Coefficients(width: Double(step) / 1_000, depth: 1, resolution: side)
          network.resolution = side
          network.stemChannels = width.scaledChannels(base.stemChannels, .v1)
          network.headChannels = width.scaledChannels(base.headChannels, .v1)
          let depths = plainDivision(total, base.stages.map(\.repeats))
          for index in base.stages.indices {
            network.stages[index].channels = width.scaledChannels(base.stages[index].channels, .v1)
            network.stages[index].repeats = depths[index]
          }
          let deviation = Double(network.multiplyAdds) / target - 1
          if deviation > tolerance { break }
          guard deviation >= -tolerance else { continue }
          let doublings = log2(factor)
          let reached = Shares(
            depth: log2(Double(total) / Double(blocks)) / doublings,
            width: 2 * log2(Double(step) / 1_000) / doublings,
            resolution: 2 * log2(Double(side) / Double(base.resolution)) / doublings)
          nearest = min(nearest, reached.distance(to: asked))
        }
      }
    }
    return nearest
  }

  /// Blocks of each stage by largest remainder, at least one.
  private func plainDivision(_ total: Int, _ base: [Int]) -> [Int] {
    let quotas = base.map { Double($0 * total) / Double(base.reduce(0, +)) }
    var depths = quotas.map { max(1, Int($0)) }
    while depths.reduce(0, +) != total {
      let isTooFew = depths.reduce(0, +) < total
      let lacks = quotas.indices.map { quotas[$0] - Double(depths[$0]) }
      if isTooFew {
        depths[lacks.firstIndex(of: lacks.max() ?? 0) ?? 0] += 1
      } else {
        let givers = depths.indices.filter { depths[$0] > 1 }
        let least = givers.map { lacks[$0] }.min() ?? 0
        depths[givers.last { lacks[$0] == least } ?? 0] -= 1
      }
    }
    return depths
  }

  func testNothingIsNearerThanWhatIsFound() throws {
    let base = small()
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    // Coefficients of the brute force lie between those of the equaliser, which are 1/512 apart: a
    // share of width may be nearer by 2·log₂(1 + 1/512) over a doubling.
    let rounding = 0.006
    for (factor, direction) in [(4.0, directions[0]), (4, directions[3]), (2.5, directions[1])] {
      let result = try equalizer.network(factor: factor, direction.shares)
      let brute = bruteForce(
        base, factor: factor, direction.shares,
        sideStep: result.network.architecture.resolution % 8 == 0 ? 8 : 1)
      XCTAssertLessThanOrEqual(result.distance, brute + rounding, "\(direction.name) × \(factor)")
    }
  }

  func testWidthOneLeavesChannelsThatAreNoMultiplesOfEight() throws {
    var base = small()
    for index in base.stages.indices { base.stages[index].channels = 12 + 10 * index }
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    for (direction, factor) in [(directions[0], 2.0), (directions[0], 4), (directions[2], 4)] {
      let result = try equalizer.network(factor: factor, direction.shares)
      XCTAssertEqual(result.reached.width, 1, "\(direction.name) × \(factor)")
      XCTAssertEqual(
        result.network.architecture.stages.map(\.channels), base.stages.map(\.channels))
    }
  }

  func testNoStageIsLongerThanARowOfATableCanBe() throws {
    let base = Architecture(
      StageTable(
        .v1, stem: 8, head: 16,
        [
          Stage(.separable, kernel: 3, stride: 1, channels: 8, repeats: 1),
          Stage(.separable, kernel: 3, stride: 1, channels: 8, repeats: 59),
        ]),
      Coefficients(width: 1, depth: 1, resolution: 16))
    let equalizer = Equalizer(base: base, tolerance: tolerance)
    let deep = try equalizer.network(factor: 1.6, directions[0].shares).network.architecture
    XCTAssertEqual(deep.resolution, 16)
    XCTAssertGreaterThan(deep.stages[1].repeats, 90)
    do {
      let result = try equalizer.network(factor: 2.5, directions[0].shares)
      XCTFail("\(result.network.architecture.stages)")
    } catch {
      let nearest = error.nearest?.network.architecture.stages[1].repeats ?? 0
      XCTAssertTrue((90...100).contains(nearest), "\(nearest)")
      XCTAssertTrue("\(error)".contains("a stage has 1 to 100 blocks"), "\(error)")
    }
    // Elsewhere there is room.
    XCTAssertNoThrow(try equalizer.network(factor: 4, directions[1].shares))
  }

  func testTheLargestFactorsAreFoundOrRefusedAtOnce() {
    var (found, refused) = (0, 0)
    for base in [Architecture(.b0), Architecture(.b7)] {
      let equalizer = Equalizer(base: base, tolerance: tolerance)
      for factor in [1.0 / 64, 128, 1_024] {
        for shares in directions.map(\.shares) + Shares.triangle(divisions: 2) {
          let start = Date()
          do {
            let result = try equalizer.network(factor: factor, shares)
            for stage in result.network.architecture.stages {
              XCTAssertNoThrow(try Stage(notation: stage.notation))
            }
            XCTAssertEqual(result.factor / factor, 1, accuracy: tolerance)
            found += 1
          } catch { refused += 1 }
          // Half a second on a core of today that does nothing else.
          XCTAssertLessThan(
            -start.timeIntervalSinceNow, 3, "\(base.resolution) pixels × \(factor), \(shares)")
        }
      }
    }
    XCTAssertGreaterThan(found, 40)
    XCTAssertGreaterThan(refused, 10)
  }

  func testTheEndsOfLiteStay() throws {
    let base = Architecture(.lite0)
    let equalizer = Equalizer(base: base, tolerance: tolerance, keepsEnds: true)
    for direction in directions {
      let network = try equalizer.network(factor: 2, direction.shares).network.architecture
      XCTAssertEqual(network.stemChannels, base.stemChannels)
      XCTAssertEqual(network.headChannels, base.headChannels)
      XCTAssertEqual(network.stages.first?.repeats, 1)
      XCTAssertEqual(network.stages.last?.repeats, 1)
    }
  }

  func testTheTriangleHasItsCornersAndItsCount() {
    for divisions in 1...6 {
      let points = Shares.triangle(divisions: divisions)
      XCTAssertEqual(points.count, (divisions + 1) * (divisions + 2) / 2)
      XCTAssertEqual(Set(points).count, points.count)
      for name in ["depth", "width", "resolution"] {
        XCTAssertTrue(points.contains { $0 == Direction(name)?.shares }, name)
      }
    }
  }

  func testSharesAndBasesAreTheSame() throws {
    // α 1.2, β 1.1, γ 1.15: 2^0.94, not 2.
    let published = try XCTUnwrap(Direction("published")).shares
    let expected = [0.2794, 0.2922, 0.4284]
    let digits = 1e-4
    for (share, value) in zip([published.depth, published.width, published.resolution], expected) {
      XCTAssertEqual(share, value, accuracy: digits)
    }
    XCTAssertEqual(published.scaling.costFactor, 2, accuracy: 1e-12)
  }

  func testDirectionsAreReadStrictly() {
    XCTAssertEqual(Direction("2:1:1")?.shares, Shares(depth: 0.5, width: 0.25, resolution: 0.25))
    for text in [
      "", "deep", "1:1", "1:1:1:1", "1:-1:1", "0:0:0", "1:x:1", "1e3:1:1", "nan:1:1", "::",
    ] {
      XCTAssertNil(Direction(text), text)
    }
    XCTAssertEqual(Hypothesis("even > depth")?.description, "even > depth")
    for text in ["even", "even > even", "even > deep", "even < depth", "a > b > c"] {
      XCTAssertNil(Hypothesis(text), text)
    }
  }
}
