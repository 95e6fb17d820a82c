import Networks
import Tensors
import XCTest

/// Whether expansions are stored or made again must change nothing but rounding.
final class ExpansionStorageTests: XCTestCase {
  /// Float32 rounding through twenty blocks of small batch-norm groups and back, relative to the
  /// largest value of a tensor; a missing term is off by its own size.
  private let tolerance = 1e-3
  /// The loss is nearer to its rounding: it has not been back.
  private let lossTolerance = 1e-5

  private struct Outcome {
    let loss: Double
    let gradient, statistics: [Float]
  }

  private func train(
    _ architecture: Architecture, imageCount: Int, groupLevel: Int?, _ expansions: ExpansionStorage
  ) throws -> Outcome {
    var architecture = architecture
    // Running statistics become those of the batch.
    architecture.batchNormMomentum = 0
    let subject = try TestNetwork(
      architecture, imageCount: imageCount, groupLevel: groupLevel, expansions: expansions)
    let loss = try subject.loss()
    subject.network.updateRunningStatistics(subject.statistics.start)
    let gradient = subject.network.gradient
    return Outcome(
      loss: loss,
      gradient: Array(UnsafeBufferPointer(start: gradient, count: subject.table.trainableSize)),
      statistics: Array(subject.statistics.values))
  }

  private func check(
    _ architecture: Architecture = .small(), imageCount: Int, groupLevel: Int? = nil,
    line: UInt = #line
  ) throws {
    let outcomes = try [ExpansionStorage.stored, .recomputed].map {
      try train(architecture, imageCount: imageCount, groupLevel: groupLevel, $0)
    }
    let (stored, recomputed) = (outcomes[0], outcomes[1])
    XCTAssertEqual(recomputed.loss / stored.loss, 1, accuracy: lossTolerance, line: line)
    XCTAssertNotEqual(recomputed.gradient, stored.gradient, "one was made like the other")
    let table = architecture.parameterTable
    compare(recomputed.gradient, stored.gradient, of: table.trainable, line: line)
    compare(recomputed.statistics, stored.statistics, of: table.statistics, line: line)
  }

  private func compare(
    _ actual: [Float], _ expected: [Float], of tensors: [ParameterTable.Tensor], line: UInt
  ) {
    for tensor in tensors {
      let allowed = tolerance * size(of: tensor, among: tensors, in: expected)
      let wrong = tensor.range.first { !(Double(abs(actual[$0] - expected[$0])) <= allowed) }
      guard let wrong else { continue }
      XCTFail(
        "\(tensor.path) is \(actual[wrong]), with stored expansions \(expected[wrong])", line: line)
    }
  }

  /// What errors of a tensor are relative to: its largest value, but for two that may be nothing
  /// but rounding. Behind a linear bottleneck the gradient of β is zero, a sum that cancels, of
  /// terms the size of those of γ; and the mean of a normalised tensor is zero.
  private func size(
    of tensor: ParameterTable.Tensor, among tensors: [ParameterTable.Tensor], in values: [Float]
  ) -> Double {
    func largest(_ tensor: ParameterTable.Tensor) -> Double {
      tensor.range.reduce(0) { max($0, Double(abs(values[$1]))) }
    }
    func largest(_ kind: ParameterTable.Kind) -> Double {
      tensors.first { $0.layer == tensor.layer && $0.kind == kind }.map(largest) ?? 0
    }
    switch tensor.kind {
    case .beta: return max(largest(tensor), largest(.gamma))
    case .movingMean: return max(largest(tensor), largest(.movingVariance).squareRoot())
    default: return largest(tensor)
    }
  }

  func testMicroBatchesOfOneGroup() throws { try check(imageCount: 8) }

  func testBatchNormGroups() throws { try check(imageCount: 8, groupLevel: 1) }

  func testAShortMicroBatch() throws { try check(imageCount: 7) }

  func testAnEmptyMicroBatch() throws { try check(imageCount: 3) }

  func testShortBatchNormGroups() throws { try check(imageCount: 5, groupLevel: 1) }

  func testAnEmptyBatchNormGroup() throws {
    // The last blocks of a smaller image have four pixels, too few for a variance that rounding
    // does not move.
    try check(.small { $0.resolution = 65 }, imageCount: 3, groupLevel: 0)
  }

  func testLite() throws { try check(.small(isLite: true), imageCount: 7) }
}
