import Networks
import Tensors
import XCTest

/// A network whose front is frozen, against one that is trained as a whole.
///
/// When the running statistics are those of the batch, normalising by either is the same, and what
/// lies behind the frozen part does not know the difference: its gradients must be equal.
final class FrozenPartTests: XCTestCase {
  /// Float32 rounding through up to twenty blocks and back, relative to the largest value of a
  /// tensor; a missing term is off by its own size.
  private let tolerance = 2e-3

  private let parts: [FrozenPart] = [
    .stem, .stages(1), .stages(2), .stages(5), .stages(7), .all,
  ]

  /// A network whose running statistics become those of the batch in one step.
  private func architecture(isLite: Bool = false) -> Architecture {
    .small(isLite: isLite) { $0.batchNormMomentum = 0 }
  }

  private func check(
    _ architecture: Architecture, imageCount: Int = 8, groupLevel: Int? = nil,
    _ expansions: ExpansionStorage, line: UInt = #line
  ) throws {
    let whole = try TestNetwork(
      architecture, imageCount: imageCount, groupLevel: groupLevel, expansions: expansions)
    let loss = try whole.loss()
    whole.network.updateRunningStatistics(whole.statistics.start)
    for part in parts {
      let subject = try TestNetwork(
        architecture, imageCount: imageCount, groupLevel: groupLevel, expansions: expansions,
        frozen: part)
      subject.statistics.start.update(from: whole.statistics.start, count: whole.statistics.count)
      let tensors = subject.table.trainable
      XCTAssertEqual(try subject.loss() / loss, 1, accuracy: tolerance, "\(part)", line: line)
      let first = subject.network.firstTrained
      XCTAssertTrue(tensors.contains { $0.offset == first && first > 0 }, "\(part)", line: line)
      for tensor in tensors where tensor.offset >= first {
        // The gradient of a linear bottleneck's β is zero, a sum that cancels, of terms the size
        // of those of γ.
        let peers =
          tensor.kind == .beta ? tensors.filter { $0.layer == tensor.layer } : [tensor]
        let size = peers.flatMap(\.range).reduce(0) { max($0, abs(whole.network.gradient[$1])) }
        let wrong = tensor.range.first {
          let difference = abs(subject.network.gradient[$0] - whole.network.gradient[$0])
          return !(Double(difference) <= tolerance * Double(size))
        }
        if let wrong {
          XCTFail(
            "\(part): \(tensor.path) is \(subject.network.gradient[wrong]), trained as a whole "
              + "\(whole.network.gradient[wrong])", line: line)
        }
      }
      let before = Array(subject.statistics.values)
      subject.network.updateRunningStatistics(subject.statistics.start)
      for tensor in subject.table.statistics {
        let gamma = tensors.first { $0.layer == tensor.layer && $0.kind == .gamma }
        guard let gamma, gamma.offset < first else { continue }
        for i in tensor.range {
          XCTAssertEqual(
            subject.statistics.start[i].bitPattern, before[i].bitPattern, tensor.path, line: line)
        }
      }
    }
  }

  func testTrainedPartsHaveTheGradientsOfTheWholeNetwork() throws {
    for expansions in [ExpansionStorage.stored, .recomputed] {
      try check(architecture(), expansions)
    }
  }

  func testAShortBatch() throws { try check(architecture(), imageCount: 7, .automatic) }

  func testLite() throws { try check(architecture(isLite: true), .automatic) }

  func testNothingIsDroppedInAFrozenPart() throws {
    let change: (inout Architecture) -> Void = { $0.dropPath = 0.9 }
    let (plain, dropping) = (
      try TestNetwork(.small(), expansions: .automatic, frozen: .all),
      try TestNetwork(.small(change), expansions: .automatic, frozen: .all)
    )
    XCTAssertEqual(try plain.loss(), try dropping.loss())
    XCTAssertNotEqual(
      try TestNetwork(.small(), expansions: .automatic).loss(),
      try TestNetwork(.small(change), expansions: .automatic).loss())
  }

  /// The rest of the batch does not change what a frozen network makes of an image.
  func testFrozenNormalizationsDoNotSeeTheBatch() throws {
    let scores = try [8, 5].map { imageCount in
      let subject = try TestNetwork(
        .small(), imageCount: imageCount, expansions: .automatic, frozen: .all)
      for i in 0..<subject.network.images.count {
        let imageSize = subject.network.images.count / 8
        subject.network.images.start[i] = Float(i % imageSize) / Float(imageSize)
      }
      try subject.network.trainForward(key: nil)
      return Array(subject.network.logits(ofImage: 0))
    }
    XCTAssertEqual(scores[0], scores[1])
  }

  func testRoundsAndGroups() throws {
    // One step in groups, frozen at each place, is the same in rounds.
    for part in parts {
      let gradients = try [1, 4].map { rounds in
        let subject = try TestNetwork(.small(), expansions: .automatic)
        let network = try EfficientNet(
          .small(),
          layout: BatchLayout(
            microBatchCount: 4 / rounds, microBatchSize: 2, groupLevel: 0, rounds: rounds),
          exchange: LocalExchange(), weights: subject.weights, frozen: part,
          statistics: subject.statistics)
        let imageSize = subject.network.images.count / 8
        for round in 0..<rounds {
          for run in network.beginBatch(imageCount: 8, round: round) {
            for (offset, position) in run.positions.enumerated() {
              let image = run.firstImage + offset
              (network.images.start + image * imageSize).update(
                from: subject.network.images.start + position * imageSize, count: imageSize)
              network.labels[image] = subject.network.labels[position]
            }
          }
          _ = try network.train(key: nil, smoothing: 0.1)
        }
        network.updateRunningStatistics(subject.statistics.start)
        return (network.firstTrained..<network.table.trainableSize).map {
          network.gradient[$0].bitPattern
        } + subject.statistics.values.map(\.bitPattern)
      }
      XCTAssertTrue(gradients[0] == gradients[1], "\(part)")
    }
  }
}
