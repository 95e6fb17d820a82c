import Studies
import Training
import XCTest

/// What a study of scaling trains.
final class ScalingDesignTests: StudyCase {
  private let factors = ["search.factors=[3, 2]"]

  func testEachDirectionHasANetworkAtEachFactor() throws {
    let study = try study(.scaling, factors)
    let networks = try study.networks()
    XCTAssertEqual(networks[0].name, "base")
    XCTAssertEqual(networks[0].network, study.recipe.base)
    for factor in [2.0, 3] {
      for direction in study.configuration.search.directions {
        let found = networks.filter { $0.factor == factor && $0.directions.contains(direction) }
        XCTAssertEqual(found.count, 1, "\(direction.name) ×\(factor)")
        let reached = Double(found[0].network.multiplyAdds) / Double(study.recipe.base.multiplyAdds)
        // See `search.tolerance` of these studies.
        XCTAssertEqual(reached / factor, 1, accuracy: 0.2, found[0].name)
      }
    }
    XCTAssertEqual(networks.dropFirst().map(\.factor), networks.dropFirst().map(\.factor).sorted())
  }

  func testEachNetworkIsTrainedWithEachSeedOnTheValidationData() throws {
    let study = try study(.scaling, factors)
    let (networks, jobs) = (try study.networks(), try study.jobs())
    XCTAssertEqual(jobs.count, 2 * networks.count)
    XCTAssertEqual(Set(jobs).count, jobs.count)
    for (number, job) in jobs.enumerated() {
      XCTAssertEqual(job.trial.network, networks[number / 2].network)
      XCTAssertEqual(job.trial.seed, 3 + number % 2)
      XCTAssertEqual(job.trial.images, .validation)
      XCTAssertTrue(job.isWhole)
      let configuration = try study.recipe.configuration(of: job.trial)
      XCTAssertEqual(configuration.training.seed, job.trial.seed)
      XCTAssertEqual(configuration.training.epochs, 6)
    }
    // Nothing is decided by results.
    study.add(madeUp(jobs[5], of: study))
    XCTAssertEqual(try study.jobs(), jobs)
  }

  func testAPlanTimesStepsOfOneRound() throws {
    let study = try study(.scaling, ["batch.rounds=2", "network.batchNormGroup=4"])
    let job = try XCTUnwrap(try study.jobs().last)
    let timed = try Configuration(yaml: study.recipe.timed(job.trial), file: "timed")
    XCTAssertEqual(timed.batch.size, 4)
    XCTAssertEqual(timed.batch.rounds, 1)
    XCTAssertEqual(timed.batch.microBatch, 2)
    let whole = try study.recipe.configuration(of: job.trial)
    XCTAssertEqual(timed.network.stages, whole.network.stages)
  }

  func testDirectionsThatFallOnOneNetworkAreTrainedOnce() throws {
    let study = try study(.scaling, ["search.directions=[depth, even, '1:0:0']"])
    let networks = try study.networks()
    XCTAssertEqual(networks.map(\.name), ["base", "depth = 1:0:0 ×2", "even ×2"])
    XCTAssertEqual(networks[1].directions.map(\.name), ["depth", "1:0:0"])
    XCTAssertEqual(try study.jobs().count, 6)
  }

  func testMoreSeedsFactorsAndDirectionsAddTrainings() throws {
    let jobs = Set(try study(.scaling).jobs())
    for more in [
      ["search.seeds=4"], ["search.factors=[3, 2]"],
      ["search.directions=['1:1:0', even, depth, width, resolution]"],
    ] {
      let longer = Set(try study(.scaling, more).jobs())
      XCTAssertTrue(longer.isStrictSuperset(of: jobs), "\(more)")
    }
  }

  func testWhatOnlySaysHowATrainingIsDoneLeavesItsIdentity() throws {
    let jobs = try study(.scaling).jobs().map(\.key)
    for same in [
      "data.loaderThreads=2", "checkpoint.everySteps=3", "training.logEverySteps=7",
      "supervision.deadline=5", "search.seed=9", "halving.epochs=[2]",
      "data.train=[\(folder)/train]",
    ] {
      XCTAssertEqual(try study(.scaling, [same]).jobs().map(\.key), jobs, same)
    }
    for other in [
      ["training.epochs=7"], ["schedule.learningRate=0.02"], ["data.holdOut=0.5"],
      ["training.labelSmoothing=0.2"], ["network.stem=24"],
      ["data.train=[\(folder)/validation]", "data.validation=[\(folder)/train]"],
    ] {
      let keys = try study(.scaling, other).jobs().map(\.key)
      XCTAssertTrue(Set(keys).isDisjoint(with: jobs), "\(other)")
    }
    // The second seed is the first one of another.
    let next = try study(.scaling, ["training.seed=4"]).jobs().map(\.key)
    XCTAssertEqual(Set(next).intersection(jobs).count, jobs.count / 2)
  }

  func testWhatCannotBeComparedIsRefused() throws {
    for (overrides, parts) in [
      (["search.directions=[]"], ["search.directions is empty"]),
      (
        ["search.directions=[even, depth]", "search.hypotheses=[even > width]"],
        ["search.hypotheses: even > width needs networks of direction width"]
      ),
      (
        ["search.directions=[resolution]", "search.tolerance=0.001", "search.factors=[1.1]"],
        ["search.directions: no network in direction resolution has 1.1 times", "total stride, 8"]
      ),
      (["data.validation=[]"], ["data.validation is missing"]),
    ] {
      XCTAssertThrowsError(try study(.scaling, overrides), "\(overrides)") {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
        for part in parts { XCTAssertTrue("\($0)".contains(part), "\($0)") }
        XCTAssertFalse("\($0)".contains("\n"))
      }
    }
  }
}
