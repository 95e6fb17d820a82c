import Networks
import Tensors
import XCTest

/// Evaluation against training: with the statistics of the very batch, both must say the same.
final class EvaluationNetworkTests: XCTestCase {
  /// Logits near 1 through some fifty layers of float32 that round in another order, the last of
  /// them normalised over a few dozen pixels, which amplifies it.
  private let tolerance: Float = 1e-3

  /// Compares the scores of all images, evaluated a few at a time.
  private func check(_ change: (inout Architecture) -> Void = { _ in }, isLite: Bool = false) throws
  {
    let architecture = Architecture.small(isLite: isLite) {
      change(&$0)
      // Running statistics become those of the batch.
      $0.batchNormMomentum = 0
    }
    let subject = try TestNetwork(architecture, expansions: .automatic)
    let network = subject.network
    try network.trainForward(key: nil)
    network.updateRunningStatistics(subject.statistics.start)
    let expected = (0..<8).map { Array(network.logits(ofImage: $0)) }
    let size = network.images.count / 8
    for capacity in [8, 3] {
      let evaluation = try EvaluationNetwork(
        architecture, capacity: capacity, weights: subject.weights,
        statistics: subject.statistics)
      for first in stride(from: 0, to: 8, by: capacity) {
        let count = min(capacity, 8 - first)
        evaluation.images.start.update(
          from: network.images.start + first * size, count: count * size)
        XCTAssertEqual(evaluation.beginBatch(imageCount: count).map(\.positions), [0..<count])
        evaluation.predict()
        for image in 0..<count {
          for (found, known) in zip(evaluation.logits(ofImage: image), expected[first + image]) {
            XCTAssertEqual(found, known, accuracy: tolerance * max(1, abs(known)))
          }
        }
      }
    }
  }

  func testRepeatedFirstStage() throws { try check() }

  func testGreyImagesAndAStemOfStrideOne() throws {
    try check {
      $0.inputChannels = 1
      $0.stemStride = 1
      $0.resolution = 17
    }
  }

  func testTablesOfAllKinds() throws {
    for table in Architecture.tables { try check { $0.stages = table } }
  }

  func testLite() throws { try check(isLite: true) }

  func testWithoutSqueezeAndExcitation() throws { try check { $0.squeeze(0) } }

  func testTakingAgainTurnsToNewWeights() throws {
    let subject = try TestNetwork(.small(), expansions: .automatic)
    let evaluation = try EvaluationNetwork(
      .small(), capacity: 1, weights: subject.weights, statistics: subject.statistics)
    _ = evaluation.beginBatch(imageCount: 1)
    evaluation.images.start.update(
      from: subject.network.images.start, count: evaluation.images.count)
    func scores() -> [Float] {
      evaluation.take(weights: subject.weights, statistics: subject.statistics)
      evaluation.predict()
      return Array(evaluation.logits(ofImage: 0))
    }
    let first = scores()
    XCTAssertEqual(scores(), first)
    for i in 0..<subject.weights.count { subject.weights.start[i] *= 1.5 }
    XCTAssertNotEqual(scores(), first)
  }
}
