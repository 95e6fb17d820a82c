import Datasets
import Statistics
import Studies
import Tensors
import TestSupport
import Training
import XCTest

/// Trainings one arm of which has learned from labels that are wrong by lot: the study sees it.
final class PlantedEffectTests: StudyRunCase {
  /// Grey noise of 12 × 12 pixels in three classes, with stripes of two pixels in a direction of
  /// each.
  private struct Stripes: ImageSource {
    let height = 12
    let width = 12
    let channels = 1
    let classNames = ["across", "upright", "slanting"]
    let credit = ""
    let name = "stripes"
    let labels: [Int32]
    /// The first of its images, of which no two sources have any in common.
    let first: Int

    /// - Parameter share: Of the images that have a class by lot.
    init(_ images: Range<Int>, randomised share: Double = 0) {
      first = images.lowerBound
      labels = images.map { image in
        var random = CounterRandom(seed: 2, sample: image, purpose: .synthetic)
        return random.uniform() < share ? Int32(random.index(below: 3)) : Int32(image % 3)
      }
    }

    func read(_ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>) {
      var random = CounterRandom(seed: 1, sample: first + index, purpose: .synthetic)
      for i in bytes.indices {
        let (y, x) = (i / width, i % width)
        let isBright = [y, x, x + y][(first + index) % 3] / 2 % 2 == 0
        bytes[i] = UInt8(155 * random.uniform() + (isBright ? 100 : 0))
      }
    }
  }

  /// Of the labels of that arm: it classifies about 60 % of the images rightly instead of 95 %.
  private let share = 0.6

  private func overrides(_ train: String) -> [String] {
    [
      "data.train=[\(folder)/\(train)]", "data.validation=[\(folder)/measured]",
      "data.holdOut=0", "optimizer.kind=sgd", "schedule.learningRate=0.1",
      // A hundred steps.
      "averaging.decay=0.9", "network.batchNormMomentum=0.9", "network.dropout=0",
      "network.dropPath=0", "search.seeds=6", "search.directions=[even, depth]",
      "search.hypotheses=[even > depth]",
    ]
  }

  func testAnArmThatLearnedFromWrongLabelsIsWorse() throws {
    let world = try sharedWorld()
    let packer = Packer(validation: .count(0), isAsIs: true)
    for (name, source) in [
      ("right", Stripes(0..<240)), ("wrong", Stripes(0..<240, randomised: share)),
      ("measured", Stripes(240..<540)),
    ] { _ = try packer.pack(source, into: "\(folder)/\(name)") }
    var studies: [String: Study] = [:]
    for train in ["right", "wrong"] {
      let output = "of-\(train)"
      _ = try run(.scaling, overrides(train), on: world, in: output)
      studies[train] = try Study(in: StudyFolder("\(folder)/\(output)")) { XCTFail($0) }
    }
    let (right, wrong) = (try XCTUnwrap(studies["right"]), try XCTUnwrap(studies["wrong"]))
    for (arm, expected) in [("depth", Judgement.Verdict.shown), ("even", .reversed)] {
      let verdict = try XCTUnwrap(
        try StudyResults(planted(arm, of: wrong, in: right)).verdicts
          .first { $0.basis == .hypothesis })
      XCTAssertEqual(verdict.status, expected, "\(arm): \(verdict)")
    }
  }

  /// A study one of whose arms has the trainings of another study.
  private func planted(_ arm: String, of other: Study, in study: Study) throws -> Study {
    let mixed = try self.study(.scaling, overrides("right"))
    for (job, twin) in zip(try study.jobs(), try other.jobs()) {
      let network = try XCTUnwrap(try study.networks().first { $0.network == job.trial.network })
      let isPlanted = network.directions.contains { $0.name == arm }
      let entry = try XCTUnwrap(isPlanted ? other.ledger[twin] : study.ledger[job])
      mixed.add(LedgerEntry(madeUp: job, try XCTUnwrap(entry.correctness)))
    }
    return mixed
  }
}
