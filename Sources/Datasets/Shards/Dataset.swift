import Crypto
import HDF5

/// All images of a list of shards, under one running index.
///
/// Opened on the main thread; afterwards any thread reads.
public final class Dataset: Sendable {
  /// The shards, sorted by path.
  public let shards: [Shard]
  /// Most images of all shards: what a number of 32 bits can index.
  static let countLimit = Int(Int32.max)

  /// Images of all shards.
  public let count: Int

  /// Index of the first sample of each shard.
  private let starts: [Int]

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
  }

  /// Bytes a pixel.
  public var channels: Int { shards[0].description.channels }
  /// Name of each class.
  public var classNames: [String] { shards[0].description.classNames }
  /// Whether each picture has a size of its own.
  public var holdsPictures: Bool { shards[0].description.encoding != .array }

  /// Mean of all pixels of each channel, 0 to 1.
  public var mean: [Double] {
    (0..<channels).map { channel in average { $0.mean[channel] } }
  }

  /// Deviation of all pixels of each channel from their mean, 0 to 1.
  public var deviation: [Double] {
    zip(0..<channels, mean).map { channel, mean in
      average {
        let offset = $0.mean[channel] - mean
        return $0.deviation[channel] * $0.deviation[channel] + offset * offset
      }.squareRoot()
    }
  }

  /// Hash of all images, labels and class names: the digests of the shards, in their order.
  public var sha256: String {
    let text = shards.map(\.sha256).joined(separator: "\n")
    return SHA256.hash(data: Array(text.utf8)).hexadecimal
  }

  /// The shard that has a sample, and the sample's index in it.
  public func locate(_ sample: Int) -> (shard: Int, image: Int) {
    precondition((0..<count).contains(sample), "there is no sample \(sample) among \(count)")
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= sample { low = middle } else { high = middle }
    }
    return (low, sample - starts[low])
  }

  /// Where a sample lies in its shard and what it is.
  public func place(of sample: Int) -> Shard.Place {
    let (shard, image) = locate(sample)
    return shards[shard].place(of: image)
  }

  private func average(_ value: (ShardDescription) -> Double) -> Double {
    shards.reduce(0) { $0 + value($1.description) * Double($1.description.count) } / Double(count)
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
