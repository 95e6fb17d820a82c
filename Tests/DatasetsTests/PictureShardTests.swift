import Datasets
import Foundation
import HDF5
import Images
import Synchronization
import TestSupport
import XCTest

final class PictureShardTests: XCTestCase {
  private static let sizes = [(16, 24), (9, 8), (20, 7)]

  /// Packs three small pictures into one shard.
  private func pack(
    storage: PictureStorage = PictureStorage()
  ) throws -> (shard: String, root: URL, plan: PackingPlan) {
    let folder = try temporaryFolder()
    let root = folder.appending(path: "source")
    for (index, size) in Self.sizes.enumerated() {
      let file = try jpegFile(index, height: size.0, width: size.1)
      try root.write(file, to: "class \(index % 2)/größe \(index).jpg")
    }
    let plan = try plan(root.path, storage: storage, packer: Packer(validation: .count(0)))
    let shards = try write(plan, into: folder.appending(path: "packed").path)
    XCTAssertEqual(shards.count, 1)
    return (shards[0], root, plan)
  }

  private static func bytes(_ shard: Shard, _ image: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: shard.place(of: image).byteCount)
    try bytes.withUnsafeMutableBufferPointer { _ = try shard.read(image: image, into: $0) }
    return bytes
  }

  func testPicturesComeBackAsTheirFiles() throws {
    let (path, root, plan) = try pack()
    let shard = try Shard.verified(path: path)
    XCTAssertEqual(shard.description.encoding, .file)
    XCTAssertEqual(shard.description.classNames, ["class 0", "class 1"])
    XCTAssertEqual(shard.description.plan, plan.sha256)
    XCTAssertTrue(shard.isSealed)
    XCTAssertEqual(Set((0..<3).map(shard.source)).count, 3)
    for image in 0..<3 {
      let source = try XCTUnwrap(shard.source(of: image))
      let number = try XCTUnwrap(Int(String(source.dropLast(4).suffix(1))))
      let place = shard.place(of: image)
      XCTAssertEqual(place.height, Self.sizes[number].0)
      XCTAssertEqual(place.width, Self.sizes[number].1)
      XCTAssertEqual(place.label, Int32(number % 2))
      XCTAssertEqual(source, "class \(number % 2)/größe \(number).jpg")
      let file = try Data(contentsOf: root.appending(path: source))
      XCTAssertEqual(try Self.bytes(shard, image), Array(file))
      // The place is the place: anything may read there.
      let whole = try Data(contentsOf: URL(filePath: path))
      XCTAssertEqual(whole[place.offset..<place.offset + place.byteCount], file)
    }
    shard.prefetch(images: 0..<3)
    let dataset = try Dataset([path], relativeTo: "")
    XCTAssertTrue(dataset.holdsPictures)
    XCTAssertEqual(dataset.locate(2).image, 2)
  }

  func testStatisticsAreOfThePixelsAndEachPictureWeighsTheSame() throws {
    let (path, _, plan) = try pack()
    let shard = try Shard(path: path)
    let decoder = ImageDecoder()
    let image = PixelImage()
    var (means, squares) = ([0.0, 0, 0], [0.0, 0, 0])
    for index in 0..<3 {
      let file = try Self.bytes(shard, index)
      try file.withUnsafeBufferPointer { try decoder.decode($0, into: image) }
      let pixels = Double(image.height * image.width)
      for (offset, byte) in image.bytes.enumerated() {
        let value = Double(byte) / 255
        means[offset % 3] += value / pixels / 3
        squares[offset % 3] += value * value / pixels / 3
      }
    }
    for channel in 0..<3 {
      let deviation = (squares[channel] - means[channel] * means[channel]).squareRoot()
      XCTAssertEqual(shard.description.mean[channel], means[channel], accuracy: 1e-12)
      XCTAssertEqual(shard.description.deviation[channel], deviation, accuracy: 1e-9)
      XCTAssertEqual(plan.statistics.mean[channel], means[channel], accuracy: 1e-12)
    }
  }

  func testDecodedPicturesAreTheirPixelsReducedToTheShorterSide() throws {
    let path = try pack(storage: PictureStorage(isDecoded: true)).shard
    let original = try Shard.verified(path: path)
    XCTAssertEqual(original.description.encoding, .pixels)
    let reduced = try Shard.verified(path: pack(storage: PictureStorage(shorterSide: 8)).shard)
    for image in 0..<3 {
      let (from, to) = (original.place(of: image), reduced.place(of: image))
      XCTAssertEqual(from.byteCount, from.height * from.width * 3)
      let expected = [16: (8, 12), 9: (9, 8), 20: (20, 7)][from.height]
      XCTAssertEqual(to.height, expected?.0)
      XCTAssertEqual(to.width, expected?.1)
      let pixels = try Self.bytes(original, image)
      let source = PixelImage(height: from.height, width: from.width, channels: 3)
      _ = source.bytes.update(fromContentsOf: pixels)
      guard to.height != from.height else {
        XCTAssertEqual(try Self.bytes(reduced, image), pixels)
        continue
      }
      let target = PixelImage()
      let box = ImageBox(x: 0, y: 0, width: Double(from.width), height: Double(from.height))
      ImageResizer().resize(
        source, box: box, height: to.height, width: to.width, filter: .bicubic, into: target)
      XCTAssertEqual(try Self.bytes(reduced, image), Array(target.bytes))
    }
  }

  func testEveryFlippedByteIsFound() throws {
    let (path, _, _) = try pack()
    let shard = try Shard(path: path)
    let places = (0..<3).map { shard.place(of: $0) }
    let sources = (0..<3).map { shard.source(of: $0) }
    let content = try Data(contentsOf: URL(filePath: path))
    let file = try FileHandle(forUpdating: URL(filePath: path))
    func write(_ byte: UInt8, at offset: Int) throws {
      try file.seek(toOffset: UInt64(offset))
      try file.write(contentsOf: Data([byte]))
    }
    var inImages = 0
    for offset in content.indices {
      try write(content[offset] ^ (1 << (offset % 8)), at: offset)
      let image = places.firstIndex { ($0.offset..<$0.offset + $0.byteCount).contains(offset) }
      XCTAssertThrowsError(try Shard.verified(path: path), "byte \(offset)") {
        guard let image else { return }
        inImages += 1
        let expected = DatasetError.checksumMismatch(
          file: path, image: image, source: sources[image])
        XCTAssertEqual($0 as? DatasetError, expected, "byte \(offset)")
        XCTAssertTrue("\($0)".contains("image \(image) (class"), "\($0)")
      }
      try write(content[offset], at: offset)
    }
    XCTAssertEqual(inImages, places.reduce(0) { $0 + $1.byteCount })
    XCTAssertNoThrow(try Shard.verified(path: path))
    for length in [0, 1, 100, 511, 512, 600, content.count / 2, content.count - 1] {
      try content.prefix(length).write(to: URL(filePath: path))
      XCTAssertThrowsError(try Shard(path: path), "\(length) bytes")
    }
    try (content + [0]).write(to: URL(filePath: path))
    XCTAssertThrowsError(try Shard(path: path), "one byte more")
  }

  func testManyThreadsReadAtOnce() throws {
    let shard = try Shard(path: pack().shard)
    let expected = try (0..<3).map { try Self.bytes(shard, $0) }
    let wrong = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 300) { index in
      let image = index % 3
      let read = try? Self.bytes(shard, image)
      if read != expected[image] { wrong.add(1, ordering: .relaxed) }
    }
    XCTAssertEqual(wrong.load(ordering: .relaxed), 0)
  }

  func testNamesTooLongForAnAttributeAreKept() throws {
    let names = (0..<2_000).map { "class \($0) " + String(repeating: "ä", count: 40) }
    XCTAssertGreaterThan(names.count * names[0].utf8.count, HDF5File.attributeByteLimit)
    let path = try temporaryFolder().appending(path: "shard.h5").path
    try TestImages(classNames: names).write(to: path)
    XCTAssertEqual(try Shard.verified(path: path).description.classNames, names)
  }

  func testAPictureOfAnotherSizeThanTheShardSaysIsRefused() throws {
    let path = try temporaryFolder().appending(path: "shard.h5").path
    let files = try [
      jpegFile(0, height: 16, width: 24), jpegFile(1, height: 15, width: 24), pngFile,
    ]
    let writer = try ShardWriter(
      path: path, height: 16, width: 24, byteCounts: files.map(\.count), classNames: ["a"])
    for file in files {
      try Array(file).withUnsafeBufferPointer { try writer.append($0, label: 0) }
    }
    try writer.finish()
    let dataset = try Dataset([path], relativeTo: "")
    let preparation = ImagePreparation(
      resolution: 4, fit: .stretch,
      normalization: Normalization(mean: [0, 0, 0], deviation: [1, 1, 1]))
    let pipeline = try ImagePipeline(dataset, preparation)
    var output = [Float](repeating: 0, count: preparation.imageSize)
    func fill(_ sample: Int) throws {
      _ = try pipeline.fill(sample: sample, key: nil, into: &output, scratch: ImageScratch())
    }
    XCTAssertNoThrow(try fill(0))
    // The second cannot be told from the first once it is reduced by 2, 4 or 8.
    for (image, size) in [(1, "24 × 15"), (2, "1 × 1")] {
      XCTAssertThrowsError(try fill(image)) {
        guard case .damagedImage(path, image, _, let reason) = $0 as? DatasetError else {
          return XCTFail("\($0)")
        }
        XCTAssertTrue(reason.contains(size) && reason.contains("24 × 16"), reason)
      }
    }
  }

  func testArraysAndPicturesAreNotMixed() throws {
    let path = try pack().shard
    let other = try temporaryFolder().appending(path: "array.h5").path
    try TestImages(channels: 3, classNames: ["class 0", "class 1"]).write(to: other)
    XCTAssertThrowsError(try Dataset([path, other], relativeTo: "")) {
      XCTAssertTrue("\($0)".contains("pictures of any size"), "\($0)")
    }
  }
}
