import Foundation
import Images
import TestSupport
import XCTest

/// A test of runs on pictures of any size: coloured noise in three classes, kept as JPEG files.
class PictureTestCase: TrainingTestCase {
  static let classes = ["blue", "green", "red"]

  /// Everything random switched on: pictures, network, mixtures; eight micro-batches of two images.
  static let pictures = """
    network: {width: 0.25, depth: 0.3, resolution: 32, dropout: 0.2, batchNormGroup: 4}
    data:
      train: shards/train-*.h5
      validation: shards/validation-*.h5
      shift: 0.05
      rotation: 5
      flip: true
      brightness: 0.3
      contrast: 0.3
      saturation: 0.3
      hue: 0.05
      policy: randAugment
      erasing: 0.3
      mixup: 0.2
      cutmix: 1
      shuffleRun: 4
      shuffleWindow: 32
    batch: {size: 16, microBatch: 2}
    training: {steps: 8, logEverySteps: 1, evaluateEveryEpochs: 0}
    schedule: {kind: constant, learningRate: 0.01}
    averaging: {decay: 0.9}
    checkpoint: {everyEpochs: 0}

    """

  /// Packs pictures of each class and writes a configuration, `small.yaml`.
  func preparePictures(ofEachClass count: Int = 22) throws {
    try write(Self.pictures, to: "small.yaml")
    for (index, name) in Self.classes.enumerated() {
      for number in 0..<count {
        try folder.write(
          Self.picture(index, number), to: "source/\(name)/\(number).jpg")
      }
    }
    try succeed(["pack", "source", "shards", "--validation", "9", "--shard-limit", "20"])
  }

  /// A picture of noise in which the channel of its class is the brightest.
  static func picture(_ index: Int, _ number: Int) throws -> Data {
    let (height, width) = (40 + number * 7 % 30, 40 + number * 11 % 30)
    let noise = PixelImage(height: height, width: width, channels: 3)
    try jpegFile(100 * index + number, height: height, width: width).withUnsafeBytes {
      try ImageDecoder().decode($0.bindMemory(to: UInt8.self), into: noise)
    }
    for pixel in 0..<height * width {
      for channel in 0..<3 {
        let byte = noise.start + 3 * pixel + channel
        byte.pointee = channel == 2 - index ? 160 + byte.pointee / 4 : byte.pointee / 4
      }
    }
    return Data(try JPEGEncoder().encode(noise, quality: 90))
  }
}
