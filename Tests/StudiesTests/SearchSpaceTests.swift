import Networks
import Studies
import Tensors
import Training
import XCTest

/// Tables that evolution can come to.
final class SearchSpaceTests: XCTestCase {
  private let yaml = """
    network:
      stages: [ds_r1_k3_s1_e1_c16_se0.25, ir_r2_k3_s2_e6_c32_se0.25, ir_r3_k5_s2_e6_c64_se0.25]
      stem: 16
      head: 64
      resolution: 32
    data: {train: none, validation: other, holdOut: 0.2}
    batch: {size: 8, microBatch: 2}
    training: {epochs: 9}
    schedule: {learningRate: 0.01}

    """

  private func space(_ overrides: [String] = []) throws -> SearchSpace {
    let configuration = try StudyConfiguration(yaml: yaml, overrides: overrides)
    let recipe = Recipe(configuration.run, classes: 10, dataDigests: [])
    return SearchSpace(configuration.space, base: recipe.base)
  }

  private func isWithinBounds(_ network: ScaledNetwork, _ space: SearchSpace) -> Bool {
    (0.5...1.5).contains(Double(network.multiplyAdds) / Double(space.base.multiplyAdds))
  }

  func testWhatIsDrawnIsWithinBounds() throws {
    let space = try space()
    var random = CounterRandom(seed: 1, purpose: .synthetic)
    var genomes: Set<Genome> = []
    for _ in 0..<200 {
      let genome = try space.random(&random)
      XCTAssertTrue(isWithinBounds(try XCTUnwrap(space.network(genome)), space))
      genomes.insert(genome)
    }
    XCTAssertGreaterThan(genomes.count, 150)
  }

  func testAMutationChangesOneChoiceOfOneStage() throws {
    let space = try space()
    var random = CounterRandom(seed: 2, purpose: .synthetic)
    var genome = try space.random(&random)
    var changed: Set<[Int]> = []
    for _ in 0..<300 {
      let child = try space.mutation(of: genome, &random)
      var places: [[Int]] = []
      for (stage, genes) in child.choices.enumerated() {
        for (gene, choice) in genes.enumerated() where choice != genome.choices[stage][gene] {
          places.append([stage, gene])
        }
      }
      XCTAssertEqual(places.count, 1)
      changed.formUnion(places)
      let network = try XCTUnwrap(space.network(child))
      XCTAssertTrue(isWithinBounds(network, space))
      XCTAssertNotEqual(network, space.network(genome))
      genome = child
    }
    // Kernel, squeeze, width and repeats of three stages, expansion of two; one block stays at
    // least.
    XCTAssertEqual(changed.count, 3 * 4 + 2)
  }

  func testNoTableTakesMoreMemoryThanTheLargest() throws {
    for kinds in ["[ir]", "[er]", "[ir, er]", "[er, ir]"] {
      let space = try space([
        "space.kinds=\(kinds)", "space.bounds=[0.01, 100]", "space.layers=[-2, 1]",
        "space.squeeze=[0.5, 0]",
      ])
      for images in [1, 64] {
        let largest = space.largest(images: images)
        let bytes = largest.trainingBytes(images: images)
        var (random, nearest) = (CounterRandom(seed: 6, purpose: .synthetic), 0.0)
        for _ in 0..<400 {
          let network = try XCTUnwrap(space.network(try space.random(&random)))
          nearest = max(nearest, network.architecture.trainingBytes(images: images))
        }
        XCTAssertLessThanOrEqual(nearest, bytes, "\(kinds), \(images) images")
        // Nor is it more than a table of the space takes.
        XCTAssertGreaterThan(nearest, 0.6 * bytes, "\(kinds), \(images) images")
        XCTAssertEqual(largest.stages.map(\.repeats), [2, 3, 4])
        XCTAssertEqual(largest.stages.map(\.squeezeRatio), [0.5, 0.5, 0.5])
        XCTAssertEqual(largest.stages.map(\.channels), [24, 40, 80])
      }
    }
  }

  func testEachTableHasOneGenome() throws {
    // Of 8 channels two widths make 8 and one 16; of one block one less is one.
    let space = try space([
      "network.stages=[ds_r1_k3_s1_e1_c8, ir_r1_k3_s2_e6_c16]", "space.kernels=[3, 3]",
      "space.squeeze=[0, 0]", "space.bounds=[0.1, 10]",
    ])
    // Two widths and two depths of both stages, and two expansions of the second, of whose 16
    // channels two widths make 16 and one 24.
    XCTAssertEqual(space.size, 2 * 2 * 2 * 2 * 2)
    var random = CounterRandom(seed: 3, purpose: .synthetic)
    var genomes: Set<Genome> = []
    var networks: Set<ScaledNetwork> = []
    for _ in 0..<400 {
      let genome = try space.random(&random)
      genomes.insert(genome)
      networks.insert(try XCTUnwrap(space.network(genome)))
    }
    XCTAssertEqual(genomes.count, 32)
    XCTAssertEqual(networks.count, 32)
  }

  func testFusedBlocksMakeANetworkOfTheSecondPaper() throws {
    let space = try space(["space.kinds=[ir, er]", "space.bounds=[0.2, 5]"])
    var random = CounterRandom(seed: 4, purpose: .synthetic)
    var families: Set<StageTable.Family> = []
    for _ in 0..<100 {
      let network = try XCTUnwrap(space.network(try space.random(&random))).architecture
      let isFused = network.stages.contains { $0.kind == .fusedMBConv }
      XCTAssertEqual(network.family, isFused ? .v2 : .v1)
      XCTAssertEqual(network.stages.map(\.stride), [1, 2, 2])
      XCTAssertNotEqual(network.stages[0].kind, .fusedMBConv, "what does not expand stays")
      families.insert(network.family)
    }
    XCTAssertEqual(families.count, 2)
  }

  func testAnEmptySpaceIsRefused() throws {
    var random = CounterRandom(seed: 5, purpose: .synthetic)
    func refuse(_ body: () throws -> Genome, _ what: String) {
      XCTAssertThrowsError(try body(), what) {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
        XCTAssertTrue("\($0)".contains("section space leaves no network to draw"), "\($0)")
      }
    }
    let dear = try space(["space.bounds=[50, 60]"])
    refuse({ try dear.random(&random) }, "nothing is so dear")
    let only = [
      "space.kernels=[3]", "space.expansions=[6]", "space.squeeze=[0.25]", "space.widths=[1]",
      "space.layers=[0]",
    ]
    let single = try space(only)
    let genome = try single.random(&random)
    refuse({ try single.mutation(of: genome, &random) }, "a single table has no other")
    // Two choices, of which one is out of bounds.
    let narrow = try space(only + ["space.layers=[0, 50]"])
    let base = try narrow.random(&random)
    refuse({ try narrow.mutation(of: base, &random) }, "the only other table is too dear")
  }
}
