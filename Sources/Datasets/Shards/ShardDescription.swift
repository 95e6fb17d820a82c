import Boundary
import Crypto
import HDF5

/// What a shard says about its images: the attributes of its root.
public struct ShardDescription: Sendable, Equatable {
  /// How the images are held.
  public var encoding = ShardEncoding.array
  /// Version of the format.
  public var version = ShardFormat.version
  /// Pixels from top to bottom; 0 where each picture has a size of its own.
  public var height = 0
  /// Pixels from left to right; 0 where each picture has a size of its own.
  public var width = 0
  /// Bytes a pixel.
  public var channels: Int
  /// Images in the shard.
  public var count: Int
  /// Name of each class.
  public var classNames: [String]
  /// Credit and licence of the pictures.
  public var source: String
  /// What the run of the packer that wrote the shard was to pack, as a hash; may be empty.
  public var plan = ""
  /// Mean of the pixels of each channel, 0 to 1.
  public var mean: [Double]
  /// Deviation of the pixels of each channel from their mean, 0 to 1.
  public var deviation: [Double]

  /// Bytes of one image; 0 where each picture has a size of its own.
  public var imageByteCount: Int { height * width * channels }

  /// Value of the attribute `sha256`; see ``ShardFormat``.
  func checksum(
    digests: [UInt64], offsets: [UInt64] = [], sizes: [Int32] = [], sources: [String] = []
  ) -> String {
    var hash = SHA256()
    func update(_ values: [some FixedWidthInteger]) {
      values.map(\.littleEndian).withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    update(digests)
    update(offsets)
    update(sizes)
    for text in sources { hash.update(data: Array(text.utf8) + [0]) }
    if version == 1 {
      let text = """
        \(classNames.joined(separator: "\n"))
        \(height) \(width) \(channels) \(count) \(version)
        \(source)
        """
      hash.update(data: Array(text.utf8))
    } else {
      let shape = "\(encoding.rawValue) \(height) \(width) \(channels) \(count) \(version)"
      for text in classNames + [shape, source] { hash.update(data: Array(text.utf8) + [0]) }
    }
    update((mean + deviation).map(\.bitPattern))
    return hash.finalize().hexadecimal
  }

  func write(to file: HDF5File, checksum: String) throws(HDF5Error) {
    try file.setAttribute("format", to: ShardFormat.name)
    try file.setAttribute("version", to: version)
    try file.setAttribute("encoding", to: encoding.rawValue)
    try file.store(classNames, as: "classes")
    if encoding == .array {
      try file.setAttribute("height", to: height)
      try file.setAttribute("width", to: width)
    }
    try file.setAttribute("channels", to: channels)
    try file.setAttribute("count", to: count)
    try file.setAttribute("source", to: source)
    if !plan.isEmpty { try file.setAttribute("plan", to: plan) }
    try file.setAttribute("mean", to: mean)
    try file.setAttribute("deviation", to: deviation)
    try file.setAttribute("sha256", to: checksum)
  }

  init(
    encoding: ShardEncoding = .array, height: Int = 0, width: Int = 0, channels: Int, count: Int,
    classNames: [String], source: String, plan: String = "", mean: [Double], deviation: [Double]
  ) {
    self.encoding = encoding
    self.height = height
    self.width = width
    self.channels = channels
    self.count = count
    self.classNames = classNames
    self.source = source
    self.plan = plan
    self.mean = mean
    self.deviation = deviation
  }

  /// Reads the attributes; the version, which is a readable one, is known.
  init(readingFrom file: HDF5File, version: Int) throws(DatasetError) {
    let name = try DatasetError.reading(
      version == 1 ? ShardEncoding.array.rawValue : file.attribute("encoding", as: String.self))
    guard let encoding = ShardEncoding(rawValue: name) else {
      throw .damaged(file: file.path, reason: "its encoding is '\(name.shown)', which is unknown")
    }
    self.encoding = encoding
    self.version = version
    if encoding == .array {
      height = try DatasetError.reading(file.attribute("height", as: Int.self))
      width = try DatasetError.reading(file.attribute("width", as: Int.self))
    }
    channels = try DatasetError.reading(file.attribute("channels", as: Int.self))
    count = try DatasetError.reading(file.attribute("count", as: Int.self))
    classNames = try DatasetError.reading(file.stored("classes"))
    source = try DatasetError.reading(file.attribute("source", as: String.self))
    plan = try DatasetError.reading(
      file.hasAttribute("plan") ? file.attribute("plan", as: String.self) : "")
    mean = try DatasetError.reading(file.attribute("mean", as: [Double].self))
    deviation = try DatasetError.reading(file.attribute("deviation", as: [Double].self))
    try requirePlausibility(file.path)
  }

  /// Refuses what no packer writes, before anything is computed with it.
  private func requirePlausibility(_ path: String) throws(DatasetError) {
    func fault(_ reason: String) -> DatasetError { .damaged(file: path, reason: reason) }
    guard count != 0 else { throw fault("it has no images") }
    guard (1...Int(Int32.max)).contains(count) else {
      throw fault("it says it has \(count) images")
    }
    guard channels > 0, mean.count == channels, deviation.count == channels else {
      throw fault("its datasets do not have the shapes it describes")
    }
    guard (mean + deviation).allSatisfy({ (0...1).contains($0) }) else {
      throw fault("mean and deviation are not within 0 to 1")
    }
    guard !classNames.isEmpty, Set(classNames.map { Array($0.utf8) }).count == classNames.count
    else {
      throw fault("its classes have no names of their own")
    }
  }
}
