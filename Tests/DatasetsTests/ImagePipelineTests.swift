import Datasets
import Images
import Tensors
import XCTest

final class ImagePipelineTests: XCTestCase {
  private static let plain = Normalization(mean: [0], deviation: [1])

  /// The network's input for the only picture of a shard, times 255: pixels as they went in when
  /// nothing changes.
  private func prepare(
    _ picture: [UInt8], height: Int, width: Int, _ preparation: ImagePreparation,
    key: RandomKey? = nil
  ) throws -> [Float] {
    let images = OnePicture(
      height: height, width: width, channels: picture.count / height / width, bytes: picture)
    let path = try temporaryFolder().path + "/one.h5"
    let writer = try ShardWriter(path: path, images: images, count: 1)
    try picture.withUnsafeBufferPointer { try writer.append($0, label: 0) }
    try writer.finish()
    let pipeline = try ImagePipeline(Dataset([path], relativeTo: ""), preparation)
    var output = [Float](repeating: .nan, count: preparation.imageSize)
    _ = try pipeline.fill(sample: 0, key: key, into: &output, scratch: ImageScratch())
    return output.map { $0 * 255 }
  }

  private func prepare(
    _ picture: [UInt8], height: Int, width: Int, to resolution: Int,
    fit: ImagePreparation.Fit = .stretch, fill: UInt8 = 0, filter: ResizeFilter = .bilinear
  ) throws -> [Float] {
    var preparation = ImagePreparation(
      resolution: resolution, fit: fit, normalization: Self.plain)
    preparation.fill = fill
    preparation.filter = filter
    return try prepare(picture, height: height, width: width, preparation)
  }

  private func assertEqual(
    _ values: [Float], _ expected: [Float], accuracy: Float = 1e-3, line: UInt = #line
  ) {
    XCTAssertEqual(values.count, expected.count, line: line)
    for (index, pair) in zip(values, expected).enumerated() {
      XCTAssertEqual(pair.0, pair.1, accuracy: accuracy, "at \(index)", line: line)
    }
  }

  func testAPictureOfTheRightSizeStaysAsItIs() throws {
    let picture = (0..<25).map { UInt8($0 * 10) }
    for fit in [ImagePreparation.Fit.stretch, .pad] {
      for filter in ResizeFilter.allCases {
        let output = try prepare(picture, height: 5, width: 5, to: 5, fit: fit, filter: filter)
        assertEqual(output, picture.map(Float.init))
      }
    }
  }

  func testTrainingWithoutAugmentationIsEvaluation() throws {
    let picture = (0..<63 * 3).map { UInt8(truncatingIfNeeded: $0 * 29) }
    for resolution in [4, 7, 12] {
      let preparation = ImagePreparation(
        resolution: resolution, fit: .stretch,
        normalization: Normalization(mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.4, 0.3]))
      XCTAssertEqual(
        try prepare(picture, height: 9, width: 7, preparation),
        try prepare(
          picture, height: 9, width: 7, preparation, key: RandomKey(seed: 5, epoch: 4)))
    }
  }

  func testPaddingCentresThePictureAndFillsTheRest() throws {
    let picture = [UInt8](repeating: 100, count: 28 * 28)
    let output = try prepare(picture, height: 28, width: 28, to: 32, fit: .pad, fill: 51)
    let inside = 2..<30
    for row in 0..<32 {
      for column in 0..<32 {
        let expected: Float = inside.contains(row) && inside.contains(column) ? 100 : 51
        XCTAssertEqual(output[row * 32 + column], expected, accuracy: 1e-3)
      }
    }
    // An odd margin is larger to the right and below; a wide picture is reduced to fit.
    let small = try prepare([10, 20], height: 1, width: 2, to: 3, fit: .pad)
    assertEqual(small, [0, 0, 0, 10, 20, 0, 0, 0, 0])
    let wide = try prepare(
      [UInt8](repeating: 80, count: 16), height: 2, width: 8, to: 4, fit: .pad)
    assertEqual(wide, [0, 0, 0, 0, 80, 80, 80, 80, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  func testReducingDoesNotAlias() throws {
    // A checkerboard of single pixels is grey from afar; plain bilinear sampling keeps stripes.
    let picture = (0..<24 * 24).map { pixel -> UInt8 in
      (pixel / 24 + pixel % 24).isMultiple(of: 2) ? 0 : 200
    }
    for value in try prepare(picture, height: 24, width: 24, to: 6) {
      XCTAssertEqual(value, 100, accuracy: 1.001)
    }
  }

  /// Of 100 × 60 pixels, the official rule shows the middle 30 × 30 of a network of 32; each column
  /// has a value of its own.
  func testTheEvaluationCropIsTheCentreByEitherRule() throws {
    let picture = (0..<60 * 100).map { UInt8($0 % 100 + 50) }
    func columns(_ crop: CenterCrop) throws -> (first: Float, last: Float) {
      var preparation = ImagePreparation(
        resolution: 32, fit: .crop, normalization: Self.plain)
      preparation.evaluationCrop = crop
      let output = try prepare(picture, height: 60, width: 100, preparation)
      return (output[0], output[31])
    }
    let (official, fixed) = (try columns(.official), try columns(.fixed))
    XCTAssertEqual(official.first, 50 + 35, accuracy: 1)
    XCTAssertEqual(official.last, 50 + 64, accuracy: 1)
    XCTAssertEqual(fixed.first, 50 + 24, accuracy: 1.5)
    XCTAssertEqual(fixed.last, 50 + 75, accuracy: 1.5)
  }

  func testChannelsAreConvertedAndNormalised() throws {
    func output(_ picture: [UInt8], _ normalization: Normalization) throws -> [Float] {
      try prepare(
        picture, height: 1, width: 1,
        ImagePreparation(resolution: 1, fit: .stretch, normalization: normalization)
      ).map { $0 / 255 }
    }
    let colours = Normalization(mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.25, 2])
    assertEqual(try output([51, 102, 153], colours), [0.2, 0.8, 0.15], accuracy: 1e-6)
    assertEqual(try output([51], colours), [0.2, 0, -0.05], accuracy: 1e-6)
    assertEqual(
      try output([100, 200, 50], Self.plain),
      [Float((0.299 * 100 + 0.587 * 200 + 0.114 * 50) / 255)], accuracy: 1e-6)
    let two = Normalization(mean: [0, 0], deviation: [1, 1])
    XCTAssertThrowsError(try output([0, 0, 0], two)) {
      guard case .incompatible = $0 as? DatasetError else { return XCTFail("\($0)") }
    }
  }

  /// Other sensors have other channels; only colours cannot be changed in them.
  func testArraysMayHaveAnyChannels() throws {
    let picture = (0..<6 * 6 * 5).map { UInt8(truncatingIfNeeded: $0 % 5 * 40 + $0 / 5) }
    let five = Normalization(
      mean: [Double](repeating: 0, count: 5), deviation: [Double](repeating: 1, count: 5))
    var preparation = ImagePreparation(resolution: 3, fit: .stretch, normalization: five)
    preparation.filter = .bilinear
    let output = try prepare(picture, height: 6, width: 6, preparation)
    let alone = try (0..<5).map { channel in
      try prepare(
        stride(from: channel, to: picture.count, by: 5).map { picture[$0] }, height: 6, width: 6,
        to: 3)
    }
    for (index, value) in output.enumerated() {
      XCTAssertEqual(value, alone[index % 5][index / 5], accuracy: 1e-3)
    }
    preparation.policy = .autoAugment
    XCTAssertThrowsError(try prepare(picture, height: 6, width: 6, preparation)) {
      guard case .incompatible = $0 as? DatasetError else { return XCTFail("\($0)") }
    }
  }

  /// Sixteen pixels at a time, and those that are left one by one.
  func testVectorsNormaliseAsSinglePixelsDo() throws {
    let picture = (0..<9 * 9 * 3).map { UInt8(truncatingIfNeeded: $0 * 57) }
    let normalization = Normalization(
      mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
    let output = try prepare(
      picture, height: 9, width: 9,
      ImagePreparation(resolution: 9, fit: .stretch, normalization: normalization))
    let expected = picture.enumerated().map { index, byte -> Float in
      let channel = index % 3
      let value = Double(byte) / 255 - normalization.mean[channel]
      return Float(255 * value / normalization.deviation[channel])
    }
    assertEqual(output, expected, accuracy: 1e-3)
  }

  /// A picture's random changes follow from (seed, epoch, sample), whatever was prepared before.
  func testPreparingIsAPureFunctionOfTheKey() throws {
    let folder = try temporaryFolder().path
    let source = TestImages(
      height: 20, width: 30, channels: 3, labels: (0..<12).map { Int32($0 % 2) })
    _ = try Packer(validation: .count(0)).pack(source, into: folder)
    var preparation = ImagePreparation(
      resolution: 16, fit: .crop,
      normalization: Normalization(mean: [0.5, 0.5, 0.5], deviation: [0.3, 0.3, 0.3]))
    preparation.affine = AffineAugmentation(shift: 0.1, rotation: 10, scale: 0.1)
    preparation.flip = HorizontalFlip()
    preparation.jitter = ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1)
    preparation.policy = .randAugment(layers: 2, magnitude: 9)
    preparation.erasing = RandomErasing(probability: 0.5, fill: .noise)
    preparation.mixing = BatchMixing(mixup: 0.2, cutmix: 1)
    let pipeline = try ImagePipeline(Dataset([folder], relativeTo: ""), preparation)
    let scratch = ImageScratch()
    func batch(_ samples: [Int], seed: UInt64, epoch: Int, _ scratch: ImageScratch) throws
      -> (images: [Float], weights: [Float])
    {
      var result: (images: [Float], weights: [Float]) = ([], [])
      let loader = try Loader(
        count: 1, threads: 0, ahead: 1, microBatchSize: 4, imageSize: preparation.imageSize
      ) { (_, buffer, _) throws(DatasetError) in
        try pipeline.fill(
          buffer, samples: samples, key: RandomKey(seed: seed, epoch: epoch),
          scratch: ImageScratch())
      }
      try loader.use {
        result = (
          Array($0.images.values.prefix(4 * preparation.imageSize)),
          Array($0.labelWeights.prefix(4))
        )
      }
      return result
    }
    let first = try batch([3, 1, 7, 5], seed: 1, epoch: 0, scratch)
    XCTAssertEqual(try batch([3, 1, 7, 5], seed: 1, epoch: 0, ImageScratch()).images, first.images)
    XCTAssertNotEqual(try batch([3, 1, 7, 5], seed: 2, epoch: 0, scratch).images, first.images)
    XCTAssertNotEqual(try batch([3, 1, 7, 5], seed: 1, epoch: 1, scratch).images, first.images)
    // 3 and 5 are partners; what the others are does not matter to them.
    let others = try batch([3, 0, 2, 5], seed: 1, epoch: 0, scratch)
    XCTAssertEqual(
      Array(others.images.prefix(preparation.imageSize)),
      Array(first.images.prefix(preparation.imageSize)))
    XCTAssertEqual(others.weights[0], first.weights[0])
  }
}

/// A source of one picture.
private struct OnePicture: ImageSource {
  let height, width, channels: Int
  let bytes: [UInt8]
  let classNames = ["only"]
  let credit = ""
  let labels: [Int32] = [0]
  let name = "one picture"

  func read(_ index: Int, into target: UnsafeMutableBufferPointer<UInt8>) {
    _ = target.update(fromContentsOf: bytes)
  }
}
