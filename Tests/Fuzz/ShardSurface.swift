import Boundary
import Datasets
import Foundation
import Images

/// Shards, sealed anew after they were changed, so that what the seal protects gets to be read.
struct ShardSurface: Surface {
  static let name = "shard"
  let examples: [[UInt8]]
  private let place: String
  private let images: [Range<Int>]

  init(place: String) throws {
    self.place = place
    let pictures = try (0..<5).map { try Self.picture(side: 6 + $0) }
    let folder = try ShardWriter(
      path: place, height: 6, width: 6, byteCounts: pictures.map(\.count), classNames: ["a", "b"])
    try Self.append(pictures, to: folder)
    var examples = [try RegularFile(place).contents(limit: .max)]
    let array = Squares()
    let writer = try ShardWriter(path: place, images: array, count: array.labels.count)
    try Self.append(array.labels.map { [UInt8](repeating: UInt8($0), count: 48) }, to: writer)
    examples.append(try RegularFile(place).contents(limit: .max))
    self.examples = examples
    images = try examples.map { example in
      try Data(example).write(to: URL(filePath: place))
      return try ShardSeal(readFrom: RegularFile(place))?.images ?? 0..<0
    }
  }

  private static func append(_ images: [[UInt8]], to writer: ShardWriter) throws {
    for (index, image) in images.enumerated() {
      try image.withUnsafeBufferPointer { try writer.append($0, label: Int32(index % 2)) }
    }
    try writer.finish()
  }

  private static func picture(side: Int) throws -> [UInt8] {
    let image = PixelImage(height: side, width: side, channels: 3)
    for index in 0..<image.byteCount { image.bytes[index] = UInt8(index * 37 % 256) }
    return try JPEGEncoder().encode(image, quality: 80)
  }

  func kept(example: Int) -> Range<Int> { images[example] }

  func seal(_ mutant: inout [UInt8], example: Int, _ random: inout Mutator) throws {
    guard mutant.count >= ShardSeal.byteCount else { return }
    try Data(mutant).write(to: URL(filePath: place))
    let range = images[example].clamped(to: ShardSeal.byteCount..<mutant.count)
    let seal = try ShardSeal(of: RegularFile(place), images: range)
    mutant.replaceSubrange(..<ShardSeal.byteCount, with: seal.block)
  }

  func feed(_ mutant: [UInt8]) throws {
    try Data(mutant).write(to: URL(filePath: place))
    let shard = try Shard.verified(path: place)
    for image in 0..<shard.description.count {
      let found = shard.place(of: image)
      guard found.byteCount > 0, found.offset + found.byteCount <= mutant.count,
        shard.description.classNames.indices.contains(Int(found.label))
      else { throw Violation(description: "image \(image) is at \(found)") }
      _ = shard.source(of: image)
    }
  }

  /// Four squares of 4 × 4 × 3.
  private struct Squares: ImageSource {
    let height = 4
    let width = 4
    let channels = 3
    let classNames = ["0", "1"]
    let credit = "made up"
    let labels: [Int32] = [0, 1, 0, 1]
    let name = "squares"
    func read(_ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>) {
      bytes.update(repeating: UInt8(index))
    }
  }
}
