import Datasets

/// A shard in numbers.
struct ShardReport: Report {
  let path: String
  let count, height, width, channels: Int
  let classNames: [String]
  let mean, deviation: [Double]
  let source: String

  init(_ path: String) throws {
    let description = try Shard(path: path).description
    self.path = path
    count = description.count
    height = description.height
    width = description.width
    channels = description.channels
    classNames = description.classNames
    mean = description.mean
    deviation = description.deviation
    source = description.source
  }

  var text: String {
    """
    \(path): \(grouped(count)) images of \(height) × \(width) × \(channels), \
    \(classNames.count) classes: \(classNames.joined(separator: ", "))
    mean \(list(mean)), deviation \(list(deviation)) (0 to 1)
    source: \(source.isEmpty ? "not given" : source)
    """
  }

  private func list(_ values: [Double]) -> String {
    values.map { fixed($0, 4) }.joined(separator: " ")
  }
}
