import Datasets
import XCTest

final class ImagePipelineTests: XCTestCase {
  private static let plain = Normalization(mean: [0], deviation: [1])

  /// The network's input for a picture, times 255: pixels as they went in when nothing changes.
  private func resample(
    _ picture: [UInt8], height: Int, width: Int, to resolution: Int,
    fit: ImageGeometry.Fit = .stretch, fill: Double = 0, map: AffineMap = .identity
  ) throws -> [Float] {
    let geometry = try ImageGeometry(
      sourceHeight: height, sourceWidth: width, sourceChannels: 1, resolution: resolution,
      channels: 1, fit: fit, fill: fill)
    return run(ImageResampler(geometry, Self.plain), picture, resolution: resolution, map: map)
      .map { $0 * 255 }
  }

  private func run(
    _ resampler: ImageResampler, _ picture: [UInt8], resolution: Int, channelStride: Int = 1,
    map: AffineMap = .identity
  ) -> [Float] {
    var output = [Float](repeating: .nan, count: resolution * resolution * channelStride)
    resampler.fill(from: picture, map: map, into: &output, channelStride: channelStride)
    return output
  }

  private func assertEqual(
    _ values: [Float], _ expected: [Float], accuracy: Float = 1e-3, line: UInt = #line
  ) {
    XCTAssertEqual(values.count, expected.count, line: line)
    for (index, pair) in zip(values, expected).enumerated() {
      XCTAssertEqual(pair.0, pair.1, accuracy: accuracy, "at \(index)", line: line)
    }
  }

  func testNoMagnitudesAtEqualResolutionIsTheIdentity() throws {
    let picture = (0..<25).map { UInt8($0 * 10) }
    let map = AffineAugmentation().map(seed: 1, epoch: 2, sample: 3, resolution: 5)
    XCTAssertEqual(map, .identity)
    for fit in ImageGeometry.Fit.allCases {
      let output = try resample(picture, height: 5, width: 5, to: 5, fit: fit, map: map)
      assertEqual(output, picture.map(Float.init), accuracy: 1e-4)
    }
  }

  func testNoMagnitudesAreTheSameAsEvaluationAtAnySize() throws {
    let folder = try temporaryFolder().path
    _ = try Packer(validation: .count(0)).pack(
      TestImages(height: 9, width: 7, channels: 3), into: folder)
    let dataset = try Dataset([folder], relativeTo: "")
    for resolution in [4, 7, 12] {
      let pipeline = try ImagePipeline(
        dataset, resolution: resolution, channels: 3, channelStride: 16, fit: .stretch)
      let outputs = try [true, false].map { isTraining in
        var output = [Float](repeating: .nan, count: resolution * resolution * 16)
        let label = try pipeline.fill(
          sample: 1, epoch: 4, seed: 5, isTraining: isTraining, into: &output)
        XCTAssertEqual(label, 1)
        return output
      }
      XCTAssertEqual(outputs[0], outputs[1])
      for pixel in 0..<resolution * resolution {
        XCTAssertEqual(
          outputs[0][pixel * 16 + 3..<pixel * 16 + 16].map(\.self), [Float](repeating: 0, count: 13)
        )
      }
    }
  }

  func testAQuarterTurnMovesAKnownPixelCounterClockwise() throws {
    var picture = [UInt8](repeating: 0, count: 16)
    picture[0 * 4 + 2] = 200
    let turned = AffineAugmentation.map(
      shiftX: 0, shiftY: 0, rotation: 90, scale: 1, isMirrored: false)
    // The third pixel of the top row comes to the second row of the left column.
    var expected = [Float](repeating: 0, count: 16)
    expected[1 * 4 + 0] = 200
    assertEqual(try resample(picture, height: 4, width: 4, to: 4, map: turned), expected)
  }

  func testShiftScaleAndMirrorMoveKnownPixels() throws {
    var picture = [UInt8](repeating: 0, count: 16)
    picture[1 * 4 + 2] = 200
    func output(_ map: AffineMap) throws -> [Int: Float] {
      let values = try resample(picture, height: 4, width: 4, to: 4, map: map)
      return Dictionary(
        uniqueKeysWithValues: values.enumerated().filter { $0.element > 1e-3 }.map {
          ($0.offset, $0.element.rounded())
        })
    }
    func map(x: Double = 0, y: Double = 0, scale: Double = 1, mirrored: Bool = false) -> AffineMap {
      AffineAugmentation.map(shiftX: x, shiftY: y, rotation: 0, scale: scale, isMirrored: mirrored)
    }
    XCTAssertEqual(try output(map(x: 1)), [1 * 4 + 3: 200])
    XCTAssertEqual(try output(map(y: 2)), [3 * 4 + 2: 200])
    XCTAssertEqual(try output(map(x: -0.5)), [1 * 4 + 1: 100, 1 * 4 + 2: 100])
    XCTAssertEqual(try output(map(mirrored: true)), [1 * 4 + 1: 200])
    // Twice as large about the centre: the pixel covers the upper right corner's inner pixels.
    XCTAssertEqual(try output(map(scale: 2))[0 * 4 + 3], 113)
    XCTAssertEqual(try output(map(scale: 2))[1 * 4 + 2], 113)
  }

  func testPaddingCentresThePictureAndFillsTheRest() throws {
    let picture = [UInt8](repeating: 100, count: 28 * 28)
    let output = try resample(
      picture, height: 28, width: 28, to: 32, fit: .pad, fill: 51)
    let inside = 2..<30
    for row in 0..<32 {
      for column in 0..<32 {
        let expected: Float = inside.contains(row) && inside.contains(column) ? 100 : 51
        XCTAssertEqual(output[row * 32 + column], expected, accuracy: 1e-3)
      }
    }
    // An odd margin is larger to the right and below; a wide picture is reduced to fit.
    let small = try resample([10, 20], height: 1, width: 2, to: 3, fit: .pad)
    assertEqual(small, [0, 0, 0, 10, 20, 0, 0, 0, 0])
    let wide = try resample(
      [UInt8](repeating: 80, count: 16), height: 2, width: 8, to: 4, fit: .pad)
    assertEqual(wide, [0, 0, 0, 0, 80, 80, 80, 80, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  func testReducingDoesNotAlias() throws {
    // A checkerboard of single pixels is grey from afar; plain bilinear sampling keeps stripes.
    let picture = (0..<24 * 24).map { pixel -> UInt8 in
      (pixel / 24 + pixel % 24).isMultiple(of: 2) ? 0 : 200
    }
    let output = try resample(picture, height: 24, width: 24, to: 6)
    for value in output { XCTAssertEqual(value, 100, accuracy: 1) }
    // Weights 1 3 3 1 of 8, and 3 3 1 of 7 at the border.
    let row = try resample([0, 0, 80, 160, 0, 0, 0, 0], height: 1, width: 8, to: 4)
    assertEqual(Array(row[4..<8]), [11.4286, 90, 20, 0])
  }

  func testEnlargingIsBilinearWithHalfPixelCentres() throws {
    let output = try resample([0, 100], height: 1, width: 2, to: 4)
    assertEqual(Array(output[0..<4]), [0, 25, 75, 100])
    assertEqual(Array(output[12..<16]), [0, 25, 75, 100])
  }

  func testChannelsAreConvertedAndNormalised() throws {
    func output(
      _ picture: [UInt8], from source: Int, to channels: Int, _ normalization: Normalization
    ) throws -> [Float] {
      let geometry = try ImageGeometry(
        sourceHeight: 1, sourceWidth: 1, sourceChannels: source, resolution: 1, channels: channels,
        fit: .stretch)
      return run(
        ImageResampler(geometry, normalization), picture, resolution: 1, channelStride: 4)
    }
    let colours = Normalization(mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.25, 2])
    assertEqual(
      try output([51, 102, 153], from: 3, to: 3, colours), [0.2, 0.8, 0.15, 0], accuracy: 1e-6)
    assertEqual(try output([51], from: 1, to: 3, colours), [0.2, 0, -0.05, 0], accuracy: 1e-6)
    assertEqual(
      try output([100, 200, 50], from: 3, to: 1, Self.plain),
      [Float((0.299 * 100 + 0.587 * 200 + 0.114 * 50) / 255), 0, 0, 0], accuracy: 1e-6)
    XCTAssertThrowsError(try output([0, 0], from: 2, to: 3, colours)) {
      guard case .incompatible = $0 as? DatasetError else { return XCTFail("\($0)") }
    }
  }

  func testAugmentationIsAPureFunctionWithinItsAmounts() {
    let augmentation = AffineAugmentation(shift: 0.1, rotation: 20, scale: 0.2, flip: true)
    func map(_ seed: UInt64, _ epoch: Int, _ sample: Int) -> AffineMap {
      augmentation.map(seed: seed, epoch: epoch, sample: sample, resolution: 30)
    }
    XCTAssertEqual(map(1, 2, 3), map(1, 2, 3))
    for other in [map(2, 2, 3), map(1, 3, 3), map(1, 2, 4)] {
      XCTAssertNotEqual(map(1, 2, 3), other)
    }
    var mirrored = 0
    for sample in 0..<1000 {
      let map = map(1, 0, sample)
      XCTAssertLessThanOrEqual(max(abs(map.shiftX), abs(map.shiftY)), 3)
      let determinant = map.xx * map.yy - map.xy * map.yx
      XCTAssertTrue((0.8...1.2).contains(1 / abs(determinant).squareRoot()))
      XCTAssertLessThanOrEqual(abs(atan2(map.yx, map.yy)), 20 * .pi / 180 + 1e-12)
      if determinant < 0 { mirrored += 1 }
    }
    XCTAssertEqual(Double(mirrored), 500, accuracy: 5 * 15.8)
    let upright = AffineAugmentation(shift: 0.1, rotation: 20, scale: 0.2)
      .map(seed: 1, epoch: 0, sample: 5, resolution: 30)
    XCTAssertEqual(upright.shiftX, map(1, 0, 5).shiftX, "one kind does not change another")
    XCTAssertGreaterThan(upright.xx, 0)
  }
}
