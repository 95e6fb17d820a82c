import Statistics
import Tensors
import XCTest

final class SurfaceTests: XCTestCase {
  private let few = Resampling(draws: 200)

  /// Points of a grid with scores of a surface, and noise of each seed.
  private func points(
    _ coefficients: [Double], divisions: Int = 3, seeds: Int = 1, noise: Double = 0,
    study: Int = 0
  ) -> [SurfacePoint] {
    var random = CounterRandom(seed: 31, sample: study, purpose: .synthetic)
    return MixtureShares.grid(divisions: divisions).map { shares in
      let truth = ResponseSurface.value(coefficients, at: shares)
      return SurfacePoint(
        shares, scores: (0..<seeds).map { _ in truth + noise * random.normal() })
    }
  }

  private func surface(_ points: [SurfacePoint]) throws -> ResponseSurface {
    try XCTUnwrap(ResponseSurface(points, seeds: .own))
  }

  func testTheFitIsThatOfNumpy() throws {
    let reference = try Reference.read().surface
    let points = zip(reference.shares, reference.scores).map {
      SurfacePoint(MixtureShares(a: $0[0], b: $0[1], c: $0[2]), scores: $1)
    }
    for (seeds, expected) in [
      (Resampling.Seeds.own, reference.own), (.common, reference.common),
    ] {
      let surface = try XCTUnwrap(ResponseSurface(points, seeds: seeds))
      for (value, coefficient) in zip(surface.coefficients, expected.coefficients) {
        assertClose(value, coefficient, digits: 1e-9)
      }
      XCTAssertEqual(surface.degrees, expected.degrees)
      assertClose(surface.determination, expected.determination, digits: 1e-9)
      assertClose(surface.lackOfFit?.ratio, expected.ratio, digits: 1e-8)
      assertClose(surface.lackOfFit?.p, expected.p, digits: 1e-8)
    }
  }

  func testTheOptimumIsTheHighestOfAFineGrid() throws {
    let grid = MixtureShares.grid(divisions: 200)
    for coefficients in [
      [0.7, 0.72, 0.69, 0.15, 0.21, 0.1], [0.7, 0.72, 0.69, 0.15, 0.21, -0.1],
      [0.7, 0.72, 0.69, 0.01, -0.2, 0.02], [0.5, 0.5, 0.5, -1, -1, -1],
      [0.7, 0.6, 0.5, 0.3, 0.3, 0.3], [0.2, 0.3, 0.9, 0, 0, 0.1],
    ] {
      let optimum = try surface(points(coefficients)).optimum
      let highest = grid.map { ResponseSurface.value(coefficients, at: $0) }.max() ?? 0
      XCTAssertGreaterThan(optimum.value, highest - 1e-12)
      // Half a step of the grid from a top with a curvature of 2 at most.
      XCTAssertLessThan(optimum.value, highest + 2 * 0.005 * 0.005)
      assertClose(
        ResponseSurface.value(coefficients, at: optimum.shares), optimum.value, digits: 1e-9)
    }
    let middle = try surface(points([1, 1, 1, 3, 3, 3])).optimum
    assertClose(middle.shares.a, 1.0 / 3, digits: 1e-9)
    assertClose(middle.value, 2, digits: 1e-9)
  }

  func testWhatDeterminesNoSurface() throws {
    let six = points([0.7, 0.72, 0.69, 0.15, 0.21, 0.1], divisions: 2)
    XCTAssertNil(ResponseSurface([], seeds: .common))
    XCTAssertNil(ResponseSurface(Array(six.dropLast()), seeds: .own))
    // All on one edge.
    let edge = (0...6).map {
      SurfacePoint(
        MixtureShares(a: Double($0) / 6, b: 1 - Double($0) / 6, c: 0), scores: [Double($0)])
    }
    XCTAssertNil(ResponseSurface(edge, seeds: .own))
    // Through six points with one seed it goes exactly, and nobody knows how far off.
    let exact = try surface(six)
    XCTAssertEqual(exact.degrees, 0)
    XCTAssertNil(exact.lackOfFit)
    assertClose(exact.determination, 1)
    XCTAssertNil(OptimumRegion(exact, divisions: 4, few))
  }

  func testLackOfFitIsFoundWhereTheSurfaceIsNotQuadratic() throws {
    var random = CounterRandom(seed: 32, purpose: .synthetic)
    let cubic = MixtureShares.grid(divisions: 4).map { shares in
      SurfacePoint(
        shares,
        scores: (0..<3).map { _ in 20 * shares.a * shares.b * shares.c + 0.05 * random.normal() })
    }
    XCTAssertLessThan(try XCTUnwrap(surface(cubic).lackOfFit).p, 0.001)
    let quadratic = points([1, 2, 3, 1, 1, 1], divisions: 4, seeds: 3, noise: 0.05)
    XCTAssertGreaterThan(try XCTUnwrap(surface(quadratic).lackOfFit).p, 0.05)
  }

  func testAClearOptimumHasASmallRegion() throws {
    // The top is at (0.4, 0.4, 0.2).
    let coefficients = [0.6, 0.6, 0.4, 1, 1, 1]
    let truth = try surface(points(coefficients)).optimum.shares
    for seeds in [1, 3] {
      let noisy = try surface(points(coefficients, divisions: 4, seeds: seeds, noise: 0.004))
      let region = try XCTUnwrap(OptimumRegion(noisy, divisions: 10, few))
      XCTAssertFalse(region.isWhole)
      XCTAssertLessThan(region.points.count, 20, "of 66 points")
      XCTAssertTrue(
        region.points.contains { abs($0.a - truth.a) < 0.051 && abs($0.b - truth.b) < 0.051 })
      // The grid's points are those of its grid that it contains, and others have the same
      // criterion.
      XCTAssertEqual(
        region.points, MixtureShares.grid(divisions: 10).filter(region.contains))
      XCTAssertTrue(region.contains(region.optimum.shares))
      XCTAssertTrue(region.contains(truth))
      XCTAssertFalse(region.contains(MixtureShares(a: 1, b: 0, c: 0)))
    }
  }

  func testOnAFlatSurfaceNothingIsToldFromTheBest() throws {
    let studies = 40
    let few = Resampling(draws: 100)
    for seeds in [1, 3] {
      var flat = 0
      for study in 0..<studies {
        let noisy = try surface(
          points([0.7, 0.7, 0.7, 0, 0, 0], seeds: seeds, noise: 0.01, study: study))
        let region = try XCTUnwrap(OptimumRegion(noisy, divisions: 3, few))
        if region.isWhole { flat += 1 }
      }
      // 95 % of 40 are 38, less three deviations of such a count.
      XCTAssertGreaterThanOrEqual(flat, 34, "\(seeds) seeds")
    }
  }

  func testRedrawnNoiseIsAsLargeAsThatOfTheScores() throws {
    let resampling = Resampling(draws: 500)
    for (seeds, share) in [(1, 4.0 / 10), (3, 1)] {
      let noisy = try surface(points([1, 2, 3, 1, 1, 1], seeds: seeds, noise: 0.01))
      let noise = try XCTUnwrap(SurfaceNoise(noisy, resampling))
      XCTAssertEqual(noise.draws.count, resampling.draws)
      let variances = noise.draws.map { $0.deviation * $0.deviation }
      // Residuals of 10 scores with 4 degrees of freedom are smaller than the noise by their ratio.
      // The mean of 500 variances has a standard error of 3 %.
      XCTAssertEqual(
        variances.mean / (noise.deviation * noise.deviation), share, accuracy: 0.1 * share)
    }
  }

  func testWithoutNoiseOnlyEqualPointsAreAlike() throws {
    let level = try surface(points([0.7, 0.7, 0.7, 0, 0, 0], seeds: 2))
    XCTAssertNil(level.determination)
    XCTAssertNil(level.lackOfFit)
    XCTAssertTrue(try XCTUnwrap(OptimumRegion(level, divisions: 4, few)).isWhole)
    let slope = try surface(points([0.9, 0.7, 0.7, 0, 0, 0], seeds: 2))
    let region = try XCTUnwrap(OptimumRegion(slope, divisions: 4, few))
    XCTAssertEqual(region.points, [MixtureShares(a: 1, b: 0, c: 0)])
  }

  func testTheGridHasEachPointOnce() {
    XCTAssertEqual(
      [3, 4, 5, 6].map { MixtureShares.grid(divisions: $0).count }, [10, 15, 21, 28])
    XCTAssertEqual(MixtureShares.grid(divisions: 1).count, 3)
  }
}
