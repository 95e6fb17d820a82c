import Boundary
import Datasets

/// A shard, or all shards of a folder, in numbers.
struct ShardReport: Report {
  let path: String
  let shards, version: Int
  let encoding: String
  let count, channels: Int
  /// Size of all images, if they have one.
  let height, width: Int?
  /// Smallest and largest height and width.
  let heights, widths: [Int]
  /// Of the files.
  let bytes: Int
  let classNames: [String]
  let classCounts: [Int]
  let mean, deviation: [Double]
  let source: String
  /// What was checked: nothing, all bytes, or the checksums that are in a file of version 1.
  let verified: Verification?

  enum Verification: String, Encodable { case everyByte, checksums }

  init(_ path: String, isVerifying: Bool) throws {
    if isVerifying { try Self.verify(ShardPath.files(path, relativeTo: "")) }
    let dataset = try Dataset([path], relativeTo: "")
    let description = dataset.shards[0].description
    self.path = path
    shards = dataset.shards.count
    version = dataset.shards.map(\.description.version).min() ?? description.version
    encoding = description.encoding.rawValue
    count = dataset.count
    channels = dataset.channels
    var counts = description.classNames.map { _ in 0 }
    var (heights, widths) = ([Int.max, 0], [Int.max, 0])
    for sample in 0..<dataset.count {
      let place = dataset.place(of: sample)
      counts[Int(place.label)] += 1
      heights = [min(heights[0], place.height), max(heights[1], place.height)]
      widths = [min(widths[0], place.width), max(widths[1], place.width)]
    }
    self.heights = heights
    self.widths = widths
    height = heights[0] == heights[1] ? heights[0] : nil
    width = widths[0] == widths[1] ? widths[0] : nil
    bytes = dataset.shards.reduce(0) { $0 + $1.byteCount }
    classNames = description.classNames
    classCounts = counts
    mean = dataset.mean
    deviation = dataset.deviation
    source = description.source
    verified =
      isVerifying ? dataset.shards.allSatisfy(\.isSealed) ? .everyByte : .checksums : nil
  }

  var text: String {
    func range(_ values: [Int]) -> String {
      values[0] == values[1] ? "\(values[0])" : "\(values[0])…\(values[1])"
    }
    var lines = [
      "\(path): \(count.counted("image")) of \(range(heights)) × \(range(widths)) × \(channels), "
        + "\(contents), \(bytes.counted("byte"))\(shards > 1 ? " in \(shards) shards" : ""), "
        + "version \(version)",
      classes,
      "mean \(list(mean)), deviation \(list(deviation)) (0 to 1)",
      "source: \(source.isEmpty ? "not given" : source.shown)",
    ]
    switch verified {
    case .everyByte: lines.append("verified: every byte is as it was written")
    case .checksums:
      lines.append(
        "verified: images, labels and description match their checksums; version 1 has none of "
          + "the whole file")
    case nil: break
    }
    return lines.joined(separator: "\n")
  }

  /// The names with their counts; of many classes only some, and the least and greatest count.
  private var classes: String {
    let shown = 20
    let counts = zip(classNames, classCounts).prefix(shown).map {
      "\($0.shown(limit: 80)) \($1.groupedText)"
    }
    let line = "\(classNames.count.counted("class", "classes")): \(counts.joined(separator: ", "))"
    guard classNames.count > shown else { return line }
    return line
      + ", …; \((classCounts.min() ?? 0).groupedText) to \((classCounts.max() ?? 0).groupedText) each"
  }

  private var contents: String {
    switch encoding {
    case ShardEncoding.file.rawValue: "JPEG and PNG files"
    case ShardEncoding.pixels.rawValue: "decoded"
    default: "an array"
    }
  }

  private func list(_ values: [Double]) -> String {
    values.map { fixed($0, 4) }.joined(separator: " ")
  }

  /// Checks all shards, and tells of each that is damaged.
  private static func verify(_ paths: [String]) throws {
    let faults = paths.compactMap { path -> String? in
      do throws(DatasetError) {
        _ = try Shard.verified(path: path)
        return nil
      } catch { return "\(error)" }
    }
    if !faults.isEmpty { throw Failure(.data, faults.joined(separator: "\neffnet: ")) }
  }
}
