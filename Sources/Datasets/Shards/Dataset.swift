import Crypto
import HDF5

/// The images of a list of shards, all or a part of them, under one running index.
///
/// Opened on the main thread; afterwards any thread reads.
public final class Dataset: Sendable {
  /// The shards, sorted by path.
  public let shards: [Shard]
  /// Most images of all shards: what a number of 32 bits can index.
  static let countLimit = Int(Int32.max)

  /// Number of samples.
  public let count: Int
  /// Samples of each shard.
  public let shardCounts: [Int]
  /// Hash of all images, labels and class names: the digests of the shards, in their order; of a
  /// part also which samples it has.
  public let sha256: String

  /// Index of the first image of each shard among those of all shards.
  private let starts: [Int]
  /// The samples among the images of all shards, rising; nil for all of them.
  private let chosen: [Int32]?

  /// Opens shards and checks that they belong together.
  ///
  /// - Parameters:
  ///   - paths: Files, folders (all `.h5` in them), or patterns like `digits/train-*.h5`. A file
  ///     that is named twice counts once.
  ///   - base: Folder that relative paths start from.
  ///   - opened: Called after each shard.
  /// - Throws: When a path matches nothing, a shard is damaged, two shards differ in the size of
  ///   their images or in their classes, or they have more than 2³¹ − 1 images.
  public init(
    _ paths: [String], relativeTo base: String, opened: () -> Void = {}
  ) throws(DatasetError) {
    var files: Set<String> = []
    for path in paths { files.formUnion(try ShardPath.files(path, relativeTo: base)) }
    OpenFileLimit.raise(for: files.count)
    var shards: [Shard] = []
    var starts: [Int] = []
    var count = 0
    for file in files.sorted() {
      let shard = try Shard(path: file)
      if let first = shards.first { try Self.requireAgreement(first, shard) }
      shards.append(shard)
      starts.append(count)
      count += shard.description.count
      opened()
    }
    if count > Self.countLimit { throw .tooManyImages(count: count) }
    if shards.isEmpty { throw .missing(path: "in an empty list of paths") }
    self.shards = shards
    self.starts = starts
    self.count = count
    shardCounts = shards.map(\.description.count)
    chosen = nil
    let text = shards.map(\.sha256).joined(separator: "\n")
    sha256 = SHA256.hash(data: Array(text.utf8)).hexadecimal
  }

  private init(_ whole: Dataset, chosen: [Int32]) {
    shards = whole.shards
    starts = whole.starts
    count = chosen.count
    self.chosen = chosen
    var counts = shards.map { _ in 0 }
    for image in chosen { counts[whole.locate(image: Int(image)).shard] += 1 }
    shardCounts = counts
    var hash = SHA256()
    hash.update(data: Array(whole.sha256.utf8))
    chosen.map(\.littleEndian).withUnsafeBytes { hash.update(bufferPointer: $0) }
    sha256 = hash.finalize().hexadecimal
  }

  /// A part of the samples, in the same order; mean and deviation stay those of the shards.
  ///
  /// - Parameter samples: Indices of the samples, rising.
  /// - Precondition: This is no part itself.
  func part(_ samples: [Int]) -> Dataset {
    precondition(chosen == nil, "samples of a part have other indices than those of the shards")
    return Dataset(self, chosen: samples.map { Int32($0) })
  }

  /// Bytes a pixel.
  public var channels: Int { shards[0].description.channels }
  /// Name of each class.
  public var classNames: [String] { shards[0].description.classNames }
  /// Whether each picture has a size of its own.
  public var holdsPictures: Bool { shards[0].description.encoding != .array }

  /// Mean of all pixels of each channel of the shards, 0 to 1.
  public var mean: [Double] {
    (0..<channels).map { channel in average { $0.mean[channel] } }
  }

  /// Deviation of all pixels of each channel of the shards from their mean, 0 to 1.
  public var deviation: [Double] {
    zip(0..<channels, mean).map { channel, mean in
      average {
        let offset = $0.mean[channel] - mean
        return $0.deviation[channel] * $0.deviation[channel] + offset * offset
      }.squareRoot()
    }
  }

  /// The shard that has a sample, and the sample's index in it.
  public func locate(_ sample: Int) -> (shard: Int, image: Int) {
    precondition((0..<count).contains(sample), "there is no sample \(sample) among \(count)")
    return locate(image: chosen.map { Int($0[sample]) } ?? sample)
  }

  /// The shard that has one of the images of all shards, and the image's index in it.
  private func locate(image: Int) -> (shard: Int, image: Int) {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= image { low = middle } else { high = middle }
    }
    return (low, image - starts[low])
  }

  /// Where a sample lies in its shard and what it is.
  public func place(of sample: Int) -> Shard.Place {
    let (shard, image) = locate(sample)
    return shards[shard].place(of: image)
  }

  private func average(_ value: (ShardDescription) -> Double) -> Double {
    let sum = shards.reduce(0) { $0 + value($1.description) * Double($1.description.count) }
    return sum / Double(shards.reduce(0) { $0 + $1.description.count })
  }

  private static func requireAgreement(_ first: Shard, _ other: Shard) throws(DatasetError) {
    let (a, b) = (first.description, other.description)
    let sizes = [a, b].map { [$0.height, $0.width, $0.channels] }
    var reason: String?
    if (a.encoding == .array) != (b.encoding == .array) {
      reason = "one holds images of one size, the other pictures of any size"
    } else if sizes[0] != sizes[1] {
      reason = "their images are \(sizes[0]) and \(sizes[1]) (height, width, channels)"
    } else if a.classNames.count != b.classNames.count {
      reason = "they have \(a.classNames.count) and \(b.classNames.count) classes"
    } else if let index = a.classNames.indices.first(where: { a.classNames[$0] != b.classNames[$0] }
    ) {
      reason =
        "class \(index) is '\(a.classNames[index].shown)' and "
        + "'\(b.classNames[index].shown)'"
    }
    if let reason {
      throw .inconsistent(first: first.path, second: other.path, reason: reason)
    }
  }
}
