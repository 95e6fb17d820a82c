import Networks
import Tensors
import XCTest

/// Evaluation against training: with the statistics of the very batch, both must say the same.
final class FoldedNetworkTests: XCTestCase {
  /// Logits near 1 through some fifty layers of float32 that round in another order, the last of them
  /// normalised over a few dozen pixels, which amplifies it.
  private let tolerance: Float = 1e-3

  /// Compares the scores of all images, evaluated a few at a time.
  private func check(_ change: (inout Architecture) -> Void = { _ in }, isLite: Bool = false) throws
  {
    let architecture = Architecture.small(isLite: isLite) {
      change(&$0)
      // Running statistics become those of the batch.
      $0.batchNormMomentum = 0
    }
    let subject = TestNetwork(architecture, expansions: .automatic)
    let network = subject.network
    try network.trainForward(key: nil)
    network.updateRunningStatistics(subject.statistics.start)
    let expected = (0..<8).map { Array(network.logits(ofImage: $0)) }
    let size = network.images.count / 8
    for capacity in [8, 3] {
      let folded = FoldedNetwork(architecture, capacity: capacity)
      folded.fold(weights: subject.weights, statistics: subject.statistics)
      for first in stride(from: 0, to: 8, by: capacity) {
        let count = min(capacity, 8 - first)
        folded.images.start.update(from: network.images.start + first * size, count: count * size)
        XCTAssertEqual(folded.beginBatch(imageCount: count).map(\.positions), [0..<count])
        folded.predict()
        for image in 0..<count {
          for (found, known) in zip(folded.logits(ofImage: image), expected[first + image]) {
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

  func testLite() throws { try check(isLite: true) }

  func testWithoutSqueezeAndExcitation() throws { try check { $0.squeezeRatio = 0 } }

  func testFoldingAgainTakesOverNewWeights() throws {
    let subject = TestNetwork(.small(), expansions: .automatic)
    let folded = FoldedNetwork(.small(), capacity: 1)
    _ = folded.beginBatch(imageCount: 1)
    folded.images.start.update(from: subject.network.images.start, count: folded.images.count)
    func scores() -> [Float] {
      folded.fold(weights: subject.weights, statistics: subject.statistics)
      folded.predict()
      return Array(folded.logits(ofImage: 0))
    }
    let first = scores()
    XCTAssertEqual(scores(), first, "folding must start from the weights, not from folded ones")
    for i in 0..<subject.weights.count { subject.weights.start[i] *= 1.5 }
    XCTAssertNotEqual(scores(), first)
  }
}
