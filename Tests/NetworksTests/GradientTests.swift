import Networks
import Tensors
import XCTest

/// What the reference files do not contain: deeper first stages, Lite, other stems and channels,
/// dropout, drop-path, and batch-norm groups, each against the slope of the loss itself.
final class GradientTests: XCTestCase {
  /// Losses of a few hundred float32 roundings, over steps that change them by 0.4 per cent.
  private let tolerance = 0.02
  /// The corners of ReLU6 that a step crosses come on top.
  private let cornerTolerance = 0.06

  /// One network with its own arenas on synthetic images.
  private final class Subject {
    let table: ParameterTable
    let weights: FloatBuffer
    let network: EfficientNet
    let images = 8
    private let statistics: FloatBuffer

    init(_ architecture: Architecture, groupLevel: Int? = nil) {
      table = architecture.parameterTable
      weights = FloatBuffer(count: table.trainableSize)
      statistics = FloatBuffer(count: table.statisticsSize)
      table.initialize(weights: weights.start, statistics: statistics.start, seed: 3)
      network = EfficientNet(
        architecture,
        layout: BatchLayout(microBatchCount: 4, microBatchSize: 2, groupLevel: groupLevel),
        exchange: LocalExchange(), weights: weights, statistics: statistics,
        isTrainable: true)
      var random = CounterRandom(seed: 5, purpose: .synthetic)
      for i in 0..<network.images.count { network.images.start[i] = Float(random.normal()) }
      for run in network.beginBatch(imageCount: images) {
        for (offset, position) in run.positions.enumerated() {
          network.labels[run.firstImage + offset] = Int32(position % architecture.classes)
          network.samples[run.firstImage + offset] = position
        }
      }
    }

    /// Sum of the losses, with the same dropout and drop-path each time.
    func loss() throws -> Double {
      let key = EfficientNet.RandomKey(seed: 7, epoch: 1)
      return try network.train(key: key, smoothing: 0.1).reduce(0) { $0 + $1.loss }
    }
  }

  private func small(_ change: (inout Architecture) -> Void = { _ in }) -> Architecture {
    var architecture = Architecture(Coefficients(width: 0.25, depth: 1.1, resolution: 33))
    architecture.classes = 5
    architecture.dropout = 0
    architecture.dropPath = 0
    change(&architecture)
    return architecture
  }

  private func check(_ architecture: Architecture, groupLevel: Int? = nil, _ label: String) throws {
    let subject = Subject(architecture, groupLevel: groupLevel)
    let base = try subject.loss()
    let gradient = try XCTUnwrap(subject.network.gradient)
    let all = Array(UnsafeBufferPointer(start: gradient, count: subject.table.trainableSize))
    // A prime step through the table meets every kind of tensor in some block.
    for tensor in subject.table.trainable.enumerated().filter({ $0.offset % 7 == 0 }).map(\.element)
    {
      let own = Array(all[tensor.range])
      let norm = own.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      // A gradient that is nearly zero by symmetry has no slope that float32 could show.
      guard norm > 0.02 * base else { continue }
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
      XCTAssertEqual(
        extrapolated / norm, 1,
        accuracy: architecture.activation == .relu6 ? cornerTolerance : tolerance,
        "\(label): \(tensor.path)")
    }
  }

  func testRepeatedFirstStage() throws { try check(small(), "depth 1.1") }

  func testDropoutAndDropPath() throws {
    try check(
      small {
        $0.dropout = 0.3
        $0.dropPath = 0.5
      }, "dropout")
  }

  func testGreyImagesAndAStemOfStrideOne() throws {
    try check(
      small {
        $0.inputChannels = 1
        $0.stemStride = 1
        $0.resolution = 17
      }, "grey")
  }

  func testBatchNormGroups() throws { try check(small(), groupLevel: 1, "groups") }

  func testLite() throws {
    var lite = Architecture(
      Coefficients(width: 0.25, depth: 1.1, resolution: 33), isLite: true)
    lite.classes = 5
    lite.dropout = 0
    lite.dropPath = 0
    try check(lite, "lite")
  }

  func testAShortBatchWeighsEveryImageOnce() throws {
    let architecture = small()
    let subject = Subject(architecture)
    // Three images in four micro-batches: one of them is empty.
    for run in subject.network.beginBatch(imageCount: 3) {
      XCTAssertLessThanOrEqual(run.positions.count, 1)
    }
    let totals = try subject.network.train(key: nil, smoothing: 0)
    XCTAssertEqual(totals.count, 4)
    XCTAssertEqual(totals.filter { $0.loss > 0 }.count, 3)
    let gradient = try XCTUnwrap(subject.network.gradient)
    let values = UnsafeBufferPointer(start: gradient, count: subject.table.trainableSize)
    XCTAssertTrue(values.allSatisfy(\.isFinite))
    XCTAssertTrue(values.contains { $0 != 0 })
  }
}
