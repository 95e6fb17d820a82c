import Foundation
import Networks
import Studies
import Tensors
import Training
import XCTest

/// Individuals as they follow from results, whoever finishes first.
final class EvolutionTests: XCTestCase {
  private let yaml = """
    network:
      stages: [ds_r1_k3_s1_e1_c8_se0.25, ir_r2_k3_s2_e6_c16_se0.25, ir_r2_k3_s2_e6_c24_se0.25]
      stem: 8
      head: 32
      resolution: 32
    data: {train: none, validation: other, holdOut: 0.2}
    batch: {size: 8, microBatch: 2}
    training: {epochs: 9, seed: 5}
    schedule: {learningRate: 0.01}

    """

  private func design(_ overrides: [String] = []) throws -> (Evolution, SearchSpace, Recipe) {
    let configuration = try StudyConfiguration(yaml: yaml, overrides: overrides)
    let recipe = Recipe(configuration.run, classes: 10, dataDigests: ["a", "b", "c"])
    let space = SearchSpace(configuration.space, base: recipe.base)
    let evolution = Evolution(
      configuration.evolution, seed: configuration.search.seed, space, recipe)
    return (evolution, space, recipe)
  }

  /// A result that a job always has; one of eight diverges.
  private func result(_ job: Job) -> LedgerEntry {
    let lot = Int(1_000 * StudyCase.lot(job))
    return lot % 8 == 0
      ? LedgerEntry(diverged: job.key, reason: "")
      : LedgerEntry(madeUp: job, correct: lot, of: 1_000)
  }

  /// Does all that is to be done, up to `slots` at a time, in an order drawn by lot.
  private func play(
    _ evolution: Evolution, slots: Int, _ random: inout CounterRandom,
    from ledger: Ledger = Ledger()
  ) throws -> (individuals: [Evolution.Individual], ledger: Ledger) {
    var (ledger, running) = (ledger, [Job]())
    while true {
      let individuals = try evolution.individuals(ledger)
      var ready = individuals.map(\.job).filter { !ledger.has($0) && !running.contains($0) }
      random.shuffle(&ready)
      running += ready.prefix(slots - running.count)
      guard !running.isEmpty else { return (individuals, ledger) }
      ledger.add(result(running.remove(at: random.index(below: running.count))))
    }
  }

  private func describe(_ individuals: [Evolution.Individual]) -> [String] {
    individuals.map { "\($0.job.key) \($0.parent ?? -1) \($0.genome.choices)" }
  }

  private let settings = [
    "evolution.individuals=30", "evolution.population=6", "evolution.sample=3",
    "evolution.parallel=4", "evolution.identity=0.2",
  ]

  func testTheOrderOfResultsChangesNothing() throws {
    let (evolution, _, _) = try design(settings)
    var random = CounterRandom(seed: 1, purpose: .synthetic)
    let expected = describe(try play(evolution, slots: 1, &random).individuals)
    XCTAssertEqual(expected.count, 30)
    for slots in 1...6 {
      for _ in 0..<8 {
        let played = try play(evolution, slots: slots, &random)
        XCTAssertEqual(describe(played.individuals), expected, "\(slots) slots")
      }
    }
  }

  func testUpToParallelIndividualsAreReadyAtOnce() throws {
    let (evolution, _, _) = try design(settings)
    var (ledger, random) = (Ledger(), CounterRandom(seed: 2, purpose: .synthetic))
    ledger = try play(evolution, slots: 1, &random).ledger
    let all = try evolution.individuals(ledger)
    // The first twelve are done, and none after them.
    let early = Ledger(all.prefix(12).map { result($0.job) })
    XCTAssertEqual(try evolution.individuals(early).count, 12 + 4)
    // A gap keeps those back that may have their parents in it.
    let gap = Ledger(all.prefix(16).enumerated().filter { $0.offset != 9 }.map { result($1.job) })
    XCTAssertEqual(try evolution.individuals(gap).count, 9 + 4)
  }

  func testALongerStudyBeginsAsAShortOne() throws {
    let (short, _, _) = try design(settings + ["evolution.individuals=17"])
    let (long, _, _) = try design(settings)
    var random = CounterRandom(seed: 3, purpose: .synthetic)
    let expected = describe(try play(long, slots: 2, &random).individuals)
    let first = try play(short, slots: 3, &random)
    XCTAssertEqual(describe(first.individuals), Array(expected.prefix(17)))
    let extended = try play(long, slots: 4, &random, from: first.ledger)
    XCTAssertEqual(describe(extended.individuals), expected)
  }

  func testOtherSeedsAreOtherStudies() throws {
    var random = CounterRandom(seed: 4, purpose: .synthetic)
    var seen: Set<[String]> = []
    for seed in 1...5 {
      let (evolution, _, _) = try design(settings + ["search.seed=\(seed)"])
      seen.insert(describe(try play(evolution, slots: 2, &random).individuals))
    }
    XCTAssertEqual(seen.count, 5)
  }

  func testTheSameNetworkOnceMoreHasAnotherSeed() throws {
    let (evolution, _, recipe) = try design(settings + ["evolution.identity=0.9"])
    var random = CounterRandom(seed: 5, purpose: .synthetic)
    let individuals = try play(evolution, slots: 2, &random).individuals
    XCTAssertEqual(Set(individuals.map(\.job)).count, 30, "no training is there twice")
    var repeats = 0
    for (number, individual) in individuals.enumerated() {
      let before = individuals.prefix(number).count { $0.network == individual.network }
      repeats += before > 0 ? 1 : 0
      XCTAssertEqual(individual.job.trial.seed, recipe.run.training.seed + before)
      if let parent = individual.parent, before > 0,
        individuals[parent].network == individual.network
      {
        XCTAssertEqual(individual.genome, individuals[parent].genome)
      }
    }
    XCTAssertGreaterThan(repeats, 10)
  }

  func testFitnessIsTheMeanOverSeedsAndNothingIsBelowWhatDiverged() throws {
    let (evolution, _, _) = try design(settings + ["evolution.identity=0.9"])
    var random = CounterRandom(seed: 6, purpose: .synthetic)
    let (individuals, ledger) = try play(evolution, slots: 1, &random)
    let fitness = evolution.fitness(individuals, ledger)
    var kinds = (means: 0, diverged: 0)
    for (genome, same) in Dictionary(grouping: individuals, by: \.genome) {
      let top1 = same.map { ledger[$0.job]?.top1 }
      guard top1.allSatisfy({ $0 != nil }) else {
        XCTAssertNil(fitness[genome])
        kinds.diverged += 1
        continue
      }
      let mean = top1.compactMap { $0 }.reduce(0, +) / Double(top1.count)
      XCTAssertEqual(fitness[genome], evolution.worth(top1: mean, same[0].network))
      kinds.means += top1.count > 1 ? 1 : 0
    }
    XCTAssertGreaterThan(kinds.means, 0)
    XCTAssertGreaterThan(kinds.diverged, 0)
  }

  func testAParentIsTheBestOfItsWindow() throws {
    // All of a window are drawn: the best of it is the parent of all.
    let (evolution, _, _) = try design(settings + ["evolution.sample=6"])
    var random = CounterRandom(seed: 7, purpose: .synthetic)
    let (individuals, ledger) = try play(evolution, slots: 3, &random)
    let rule = LagRule(lag: 4, population: 6)
    for (number, individual) in individuals.enumerated() {
      let window = rule.parents(of: number)
      guard !window.isEmpty else {
        XCTAssertNil(individual.parent)
        continue
      }
      let fitness = evolution.fitness(Array(individuals[..<window.upperBound]), ledger)
      let worths = window.map { fitness[individuals[$0].genome] ?? -.infinity }
      let best = try XCTUnwrap(worths.max())
      XCTAssertEqual(individual.parent, window.lowerBound + (worths.firstIndex(of: best) ?? 0))
    }
  }

  func testWorthFollowsTheObjective() throws {
    let (reward, space, _) = try design()
    let (error, _, _) = try design(["evolution.objective=error", "evolution.exponent=-0.5"])
    var random = CounterRandom(seed: 8, purpose: .synthetic)
    let rounding = 1e-12
    XCTAssertEqual(reward.worth(top1: 0.8, space.base), 0.8, accuracy: rounding)
    XCTAssertEqual(error.worth(top1: 0.8, space.base), -0.2, accuracy: rounding)
    for _ in 0..<20 {
      let network = try XCTUnwrap(space.network(try space.random(&random)))
      let cost = Double(network.multiplyAdds) / Double(space.base.multiplyAdds)
      XCTAssertEqual(
        reward.worth(top1: 0.8, network), 0.8 * pow(cost, -0.07), accuracy: rounding)
      XCTAssertEqual(error.worth(top1: 0.8, network), -0.2 * pow(cost, 0.5), accuracy: rounding)
    }
  }
}
