import Networks
import XCTest

/// What the reference files do not contain: deeper first stages, Lite, other stems and channels,
/// dropout, drop-path, and batch-norm groups, each against the slope of the loss itself.
final class GradientTests: XCTestCase {
  /// Losses of a few hundred float32 roundings, over steps that change them by 0.4 per cent.
  private let tolerance = 0.02
  /// The corners of ReLU6 that a step crosses come on top.
  private let cornerTolerance = 0.06

  private func check(
    _ architecture: Architecture, imageCount: Int = 8, microBatchSize: Int = 2,
    groupLevel: Int? = nil
  ) throws {
    for (expansions, first) in [(ExpansionStorage.stored, 0), (.recomputed, 5)] {
      try check(
        try TestNetwork(
          architecture, imageCount: imageCount, microBatchSize: microBatchSize,
          groupLevel: groupLevel, expansions: expansions), first: first,
        architecture.activation == .relu6 ? cornerTolerance : tolerance, "\(expansions)")
    }
  }

  /// Checks the gradient of every eleventh tensor: a step that meets every kind in some block.
  private func check(
    _ subject: TestNetwork, first: Int, _ tolerance: Double, _ label: String
  ) throws {
    let base = try subject.loss()
    let gradient = subject.network.gradient
    let all = Array(UnsafeBufferPointer(start: gradient, count: subject.table.trainableSize))
    let tensors = subject.table.trainable
    var (met, checked) = (0, 0)
    for index in stride(from: first, to: tensors.count, by: 11) {
      let tensor = tensors[index]
      let own = Array(all[tensor.range])
      let norm = own.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      // A gradient that is nearly zero by symmetry has no slope that float32 could show.
      met += 1
      guard norm > 0.02 * base else { continue }
      checked += 1
      let original = tensor.range.map { subject.weights.start[$0] }
      func slope(_ step: Double) throws -> Double {
        let losses = try [step, -step].map { step in
          for (position, i) in tensor.range.enumerated() {
            subject.weights.start[i] =
              original[position] + Float(step * Double(own[position]) / norm)
          }
          return try subject.loss()
        }
        for (i, w) in zip(tensor.range, original) { subject.weights.start[i] = w }
        return (losses[0] - losses[1]) / (2 * step)
      }
      // Two steps remove the curvature (Richardson): what is left is rounding.
      let step = 0.004 * base / norm
      let extrapolated = (4 * (try slope(step / 2)) - (try slope(step))) / 3
      XCTAssertEqual(extrapolated / norm, 1, accuracy: tolerance, "\(label): \(tensor.path)")
    }
    XCTAssertGreaterThanOrEqual(2 * checked, met, "\(label): too few slopes to tell")
  }

  /// A micro-batch of more images than share a tile, with fewer pixels than outputs and with more.
  func testSeveralTilesOfImagesInAMicroBatch() throws {
    for side in [7, 12] {
      try check(
        .small {
          $0.resolution = side
          $0.stemStride = 1
          $0.stages = [
            Stage(.separable, kernel: 3, stride: 1, channels: 8, repeats: 1, squeezeRatio: 0.25),
            Stage(
              .mbConv, kernel: 5, stride: 1, expansion: 6, channels: 64, repeats: 2,
              squeezeRatio: 0.25),
          ]
        }, imageCount: 14, microBatchSize: 6)
    }
  }

  /// Every kind of block behind every other, with gates and short cuts where they may be.
  func testTablesOfAllKinds() throws {
    for table in Architecture.tables {
      try check(
        .small {
          $0.stages = table
          $0.dropPath = 0.3
        })
    }
  }

  func testRepeatedFirstStage() throws { try check(.small()) }

  func testDropoutAndDropPath() throws {
    try check(
      .small {
        $0.dropout = 0.3
        $0.dropPath = 0.5
      })
  }

  func testGreyImagesAndAStemOfStrideOne() throws {
    try check(
      .small {
        $0.inputChannels = 1
        $0.stemStride = 1
        $0.resolution = 17
      })
  }

  func testBatchNormGroups() throws { try check(.small(), groupLevel: 1) }

  func testLite() throws { try check(.small(isLite: true)) }

  func testMixedLabels() throws {
    let subject = try TestNetwork(.small(), expansions: .automatic)
    let network = subject.network
    for image in 0..<8 {
      network.partnerLabels[image] = network.labels[7 - image]
      network.labelWeights[image] = Float(image) / 8
    }
    try check(subject, first: 3, tolerance, "mixed")
    _ = network.beginBatch(imageCount: 8)
    XCTAssertEqual(Array(network.labelWeights), Array(repeating: 1, count: 8))
  }

  func testAShortBatchWeighsEveryImageOnce() throws {
    let subject = try TestNetwork(.small(), expansions: .automatic)
    // Three images in four micro-batches: one of them is empty.
    for run in subject.network.beginBatch(imageCount: 3) {
      XCTAssertLessThanOrEqual(run.positions.count, 1)
    }
    let totals = try subject.network.train(key: nil, smoothing: 0)
    XCTAssertEqual(totals.count, 4)
    XCTAssertEqual(totals.filter { $0.loss > 0 }.count, 3)
    let gradient = subject.network.gradient
    let values = UnsafeBufferPointer(start: gradient, count: subject.table.trainableSize)
    XCTAssertTrue(values.allSatisfy(\.isFinite))
    XCTAssertTrue(values.contains { $0 != 0 })
  }
}
