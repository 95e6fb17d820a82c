import Datasets
import Foundation
import HDF5
import Kernels
import MPI
import Networks
import Tensors
import TestSupport
import Training
import XCTest

/// Evaluation on all ranks of the test process. Each rank has files of its own with the same
/// content; what one rank computes alone is what all of them together must tell.
final class EvaluationTests: XCTestCase {
  /// A few float32 roundings of probabilities near 1/3.
  private let probabilityTolerance = 1e-6
  private var folder = ""

  override func setUpWithError() throws {
    folder = NSTemporaryDirectory() + "effnet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws {
    try FileManager.default.removeItem(atPath: folder)
  }

  /// Packs `count` images and returns the path of the shard.
  private func data(count: Int) throws -> String {
    let output = try Packer(validation: .count(0), isAsIs: true).pack(
      NoiseSource(count: count), into: "\(folder)/\(count)")
    return output.training[0]
  }

  /// Writes a checkpoint of a small network with random weights, for micro-batches of two images.
  ///
  /// - Parameter classes: Outputs of the network; the data have three classes.
  private func checkpoint(batchSize: Int, classes: Int = 3) throws -> String {
    let configuration = try Configuration(
      yaml: """
        network: {width: 0.25, depth: 0.3, resolution: 32, inputChannels: 1, classes: \(classes)}
        data: {train: none, mean: [0.5], deviation: [0.25]}
        batch: {size: \(batchSize), microBatch: 2}
        training: {steps: 1}
        schedule: {learningRate: 1}
        """)
    let state = try ModelState(
      table: Architecture(configuration.network, classes: 3).parameterTable, seed: 1,
      isAveraging: true, usesMeanSquare: true)
    let path = "\(folder)/checkpoint-\(batchSize)-\(classes).h5"
    try Checkpoint(
      step: 1, sampleCount: batchSize, configuration: configuration.yaml,
      classNames: ["a", "b", "c"], mean: [0.5], deviation: [0.25], dataSHA256: "",
      stateSHA256: state.sha256
    ).write(state, to: path)
    return path
  }

  /// What the network tells of an image.
  private struct Row {
    let truth: Int
    let scores: [Float]
    let probabilities: [Float]
  }

  /// Loss and hits of all images by the network's own evaluation, one micro-batch after the other,
  /// and what it tells of each image.
  private func evaluateAlone(
    _ checkpoint: String, _ data: String
  ) throws -> (loss: Double, correct: Int, rows: [Row]) {
    let network = try LoadedModel(checkpoint).network
    let dataset = try Dataset([data], relativeTo: "")
    let pipeline = try ImagePipeline(
      dataset,
      ImagePreparation(
        resolution: 32, fit: .crop,
        normalization: Normalization(mean: [0.5], deviation: [0.25])))
    let scratch = ImageScratch()
    var (loss, correct) = (0.0, 0)
    var rows: [Row] = []
    for first in stride(from: 0, to: dataset.count, by: 2) {
      let count = min(2, dataset.count - first)
      XCTAssertEqual(network.beginBatch(imageCount: count).map(\.positions), [0..<count])
      for image in 0..<count {
        network.labels[image] = Int32(
          try pipeline.fill(
            sample: first + image, key: nil,
            into: network.images.start + image * 32 * 32, scratch: scratch))
      }
      network.predict()
      var microBatch = (loss: 0.0, correct: 0)
      for image in 0..<count {
        let scores = network.logits(ofImage: image)
        let exponentials = scores.map { exp(Double($0)) }
        let sum = exponentials.reduce(0, +)
        rows.append(
          Row(
            truth: Int(network.labels[image]), scores: Array(scores),
            probabilities: exponentials.map { Float($0 / sum) }))
        let totals = SoftmaxCrossEntropy.backward(
          try XCTUnwrap(scores.baseAddress), images: 1, classes: scores.count,
          labels: [network.labels[image]], smoothing: 0)
        microBatch.loss += totals.loss
        microBatch.correct += totals.correct
      }
      loss += microBatch.loss
      correct += microBatch.correct
    }
    return (loss, correct, rows)
  }

  func testMistakesAndConfusionAreThoseOfAllImages() throws {
    let world = try sharedWorld()
    let checkpoint = try checkpoint(batchSize: 4)
    // More mistakes than are kept; then fewer images than ranks from three ranks on.
    for count in [61, 3, 1] {
      let data = try data(count: count)
      let rows = try evaluateAlone(checkpoint, data).rows
      var counts = [Int64](repeating: 0, count: 9)
      var wrong: [(sample: Int, truth: Int, predicted: Int, probability: Float)] = []
      for (sample, row) in rows.enumerated() {
        let highest = try XCTUnwrap(row.probabilities.max())
        let predicted = try XCTUnwrap(row.probabilities.firstIndex(of: highest))
        counts[3 * row.truth + predicted] += 1
        if predicted != row.truth { wrong.append((sample, row.truth, predicted, highest)) }
      }
      wrong.sort { ($1.probability, $0.sample) < ($0.probability, $1.sample) }
      let result = try Evaluation(checkpoint: checkpoint, data: data, communicator: world)
      let confusion = try XCTUnwrap(result.confusion)
      XCTAssertEqual(confusion.counts, counts, "\(count) images")
      XCTAssertEqual((0..<3).reduce(0) { $0 + confusion[$1, $1] }, result.correct)
      XCTAssertEqual(result.mistakes.count, min(wrong.count, 24), "\(count) images")
      for (mistake, expected) in zip(result.mistakes, wrong) {
        XCTAssertEqual(mistake.sample, expected.sample)
        XCTAssertEqual(mistake.truth, expected.truth)
        XCTAssertEqual(mistake.predicted, expected.predicted)
        XCTAssertEqual(
          Double(mistake.probability), Double(expected.probability), accuracy: probabilityTolerance)
      }
    }
  }

  func testOfEqualMistakesTheFirstImagesAreKept() throws {
    let world = try sharedWorld()
    let source = NoiseSource(labels: Array(repeating: 1, count: 70), isConstant: true)
    let packer = Packer(validation: .count(0), isAsIs: true)
    let data = try packer.pack(source, into: "\(folder)/constant").training[0]
    let checkpoint = try checkpoint(batchSize: 4)
    let result = try Evaluation(checkpoint: checkpoint, data: data, communicator: world)
    let other = NoiseSource(labels: Array(repeating: 2, count: 70), isConstant: true)
    let others = try packer.pack(other, into: "\(folder)/other").training[0]
    let second = try Evaluation(checkpoint: checkpoint, data: others, communicator: world)
    // All images are the same, so that they are all right or all mistaken in one way.
    for result in [result, second] where result.correct == 0 {
      XCTAssertEqual(result.mistakes.map(\.sample), Array(0..<24))
      XCTAssertEqual(Set(result.mistakes.map(\.probability)).count, 1)
    }
    XCTAssertEqual(min(result.correct, second.correct), 0)
  }

  func testAnyNumberOfRanksTellsWhatOneComputes() throws {
    let world = try sharedWorld()
    let checkpoint = try checkpoint(batchSize: 4)
    // Six micro-batches with a short one; fewer than ranks from three ranks on; a single image.
    for count in [11, 3, 1] {
      let data = try data(count: count)
      let (loss, correct, _) = try evaluateAlone(checkpoint, data)
      let result = try Evaluation(checkpoint: checkpoint, data: data, communicator: world)
      XCTAssertEqual(result.loss.bitPattern, (loss / Double(count)).bitPattern, "\(count) images")
      XCTAssertEqual(result.correct, correct, "\(count) images")
      XCTAssertEqual(result.top1, Double(correct) / Double(count), "\(count) images")
      XCTAssertEqual(result.count, count)
    }
  }

  func testTheClassIsAmongTheFiveMostProbable() throws {
    let world = try sharedWorld()
    let data = try data(count: 61)
    for classes in [10, 11, 24] {
      let checkpoint = try checkpoint(batchSize: 4, classes: classes)
      let ranks = try evaluateAlone(checkpoint, data).rows.map { row in
        row.scores.indices.sorted { (-row.scores[$0], $0) < (-row.scores[$1], $1) }
          .firstIndex(of: row.truth) ?? classes
      }
      let result = try Evaluation(checkpoint: checkpoint, data: data, communicator: world)
      XCTAssertEqual(result.correct, ranks.filter { $0 == 0 }.count, "\(classes) classes")
      let expected = classes > 10 ? ranks.filter { $0 < 5 }.count : nil
      XCTAssertEqual(result.correctTop5, expected, "\(classes) classes")
      XCTAssertEqual(result.top5, expected.map { Double($0) / 61 }, "\(classes) classes")
      let json = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
      XCTAssertEqual(json.contains("op5"), classes > 10, json)
    }
  }

  func testCorrectnessIsThatOfEachImage() throws {
    let world = try sharedWorld()
    let checkpoint = try checkpoint(batchSize: 4)
    // More than a word of bits; then fewer images than ranks from three ranks on.
    for count in [131, 3, 1] {
      let data = try data(count: count)
      let path = "\(folder)/correct-\(count).h5"
      let rows = try evaluateAlone(checkpoint, data).rows
      let expected = rows.map { $0.scores.firstIndex(of: $0.scores.max() ?? 0) == $0.truth }
      let result = try Evaluation(
        checkpoint: checkpoint, data: data, correctness: path, communicator: world)
      XCTAssertEqual(result.correctness.count, count)
      XCTAssertEqual((0..<count).map { result.correctness[$0] }, expected, "\(count) images")
      XCTAssertEqual(result.correctness.hits, result.correct, "\(count) images")
      XCTAssertFalse(FileManager.default.fileExists(atPath: path + ".partial"))
      guard world.rank == 0 else {
        XCTAssertFalse(FileManager.default.fileExists(atPath: path))
        continue
      }
      let file = try HDF5File(reading: path)
      XCTAssertEqual(try file.read("correct", as: UInt8.self), expected.map { $0 ? 1 : 0 })
      XCTAssertEqual(
        try file.read("labels", as: Int32.self), rows.map { Int32($0.truth) }, "\(count) images")
    }
  }

  func testProbabilitiesAreThoseOfTheSameRun() throws {
    let world = try sharedWorld()
    let checkpoint = try checkpoint(batchSize: 4)
    for count in [11, 3, 1] {
      let data = try data(count: count)
      let path = "\(folder)/probabilities-\(count).h5"
      let result = try Evaluation(
        checkpoint: checkpoint, data: data, probabilities: path, communicator: world)
      let without = try Evaluation(checkpoint: checkpoint, data: data, communicator: world)
      XCTAssertEqual(result.loss.bitPattern, without.loss.bitPattern)
      XCTAssertEqual(result.correct, without.correct)
      XCTAssertFalse(FileManager.default.fileExists(atPath: path + ".partial"))
      guard world.rank == 0 else {
        XCTAssertFalse(FileManager.default.fileExists(atPath: path))
        continue
      }
      let file = try HDF5File(reading: path)
      let labels = try file.read("labels", as: Int32.self)
      XCTAssertEqual(labels, try HDF5File(reading: data).read("labels"))
      let rows = try file.read("probabilities", as: Float.self, shape: [count, 3])
      var (loss, correct) = (0.0, 0)
      for image in 0..<count {
        let row = rows[3 * image..<3 * image + 3].map(Double.init)
        XCTAssertEqual(row.reduce(0, +), 1, accuracy: probabilityTolerance)
        loss -= log(row[Int(labels[image])])
        if row.firstIndex(of: row.max() ?? 0) == Int(labels[image]) { correct += 1 }
      }
      XCTAssertEqual(correct, result.correct, "\(count) images")
      XCTAssertEqual(loss / Double(count), result.loss, accuracy: probabilityTolerance)
    }
  }

  func testTheNetworkHasRoomForAMicroBatchWhateverTheBatch() throws {
    for batchSize in [2, 4096] {
      let network = try LoadedModel(checkpoint(batchSize: batchSize)).network
      XCTAssertEqual(network.capacity, 2, "batch.size \(batchSize)")
      XCTAssertEqual(network.images.count, 2 * 32 * 32, "batch.size \(batchSize)")
    }
  }
}
