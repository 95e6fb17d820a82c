/// What a dataset's chunks went through when they were stored (section IV.A.2.l).
///
/// What went through the filters that every library has, each once, in an order in which the
/// checksum is the last, is read. What went through others may stand in a file as long as nobody
/// reads it.
struct FilterPipeline {
  enum Filter: Int {
    case deflate = 1
    case shuffle = 2
    case fletcher32 = 3
  }

  /// Why the chunks are not read, where they are not; then nothing is known of what they hold.
  let obstacle: String?
  /// In the order of writing.
  private let filters: [Filter]

  /// Filters by their registered numbers.
  private static let names = [
    4: "szip", 5: "nbit", 6: "scaleoffset", 305: "lzo", 307: "bzip2", 32_000: "lzf",
    32_001: "blosc", 32_004: "lz4", 32_008: "bitshuffle", 32_013: "zfp", 32_015: "zstd",
    32_017: "sz", 32_026: "blosc2",
  ]
  private static let limit = 32
  /// Characters of a name of its own that are shown.
  private static let ownNameLimit = 64

  /// Whether the library itself has the filter.
  private static func isBuiltIn(_ number: Int) -> Bool { number <= 6 }

  init(_ message: StructureCursor) throws(StructureFault) {
    var cursor = message
    let version = try cursor.byte()
    let count = try cursor.byte()
    guard version == 1 || version == 2, count > 0, count <= Self.limit else {
      throw .damaged("a filter pipeline of version \(version) has \(count) filters")
    }
    if version == 1 { try cursor.skip(6) }
    var stored: [(number: Int, name: String)] = []
    for _ in 0..<count { stored.append(try Self.filter(&cursor, version: version)) }
    obstacle = Self.obstacle(to: stored)
    filters = stored.compactMap { Filter(rawValue: $0.number) }
  }

  /// Why chunks that went through these filters are not read; `nil` where they are.
  ///
  /// The library may have a filter, or look for it among its plugins: their own decoders are
  /// trusted with nothing.
  ///
  /// - Parameter stored: Filters by their registered numbers, and what the file calls them.
  static func obstacle(to stored: [(number: Int, name: String)]) -> String? {
    if let (number, ownName) = stored.first(where: { Filter(rawValue: $0.number) == nil }) {
      let name = names[number] ?? ownName.shown(limit: ownNameLimit)
      return "it is compressed with \(name.isEmpty ? "filter \(number)" : name), which this "
        + "program has no filter for; write it anew"
        // Without the filter, h5repack leaves the dataset out and says no more than a warning.
        + (isBuiltIn(number)
          ? ": h5repack -f NONE IN OUT" : ", in h5py: create_dataset(..., compression='gzip')")
    }
    let numbers = stored.map(\.number)
    guard Set(numbers).count == numbers.count,
      !numbers.dropLast().contains(Filter.fletcher32.rawValue)
    else {
      return "its filters stand in an order that this program does not take; "
        + "write it anew with h5repack -f NONE IN OUT"
    }
    return nil
  }

  private static func filter(
    _ cursor: inout StructureCursor, version: Int
  ) throws(StructureFault) -> (number: Int, name: String) {
    let number = try cursor.short()
    let nameCount = version == 1 || number >= 256 ? try cursor.short() : 0
    guard try cursor.short() <= 1 else { throw .damaged("a filter has unknown flags") }
    let valueCount = try cursor.short()
    let name = try cursor.take(nameCount)
    // The library reads a name up to its zero byte.
    guard version == 2 || nameCount % 8 == 0, nameCount == 0 || name.contains(0) else {
      throw .damaged("a filter's name is cut off")
    }
    var values = try cursor.part(4 * valueCount, "a filter's values")
    if version == 1 { try cursor.skip(4 * (valueCount % 2)) }
    if let filter = Filter(rawValue: number) {
      try requireValues(of: filter, count: valueCount, &values)
    }
    return (number, String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
  }

  private static func requireValues(
    of filter: Filter, count valueCount: Int, _ values: inout StructureCursor
  ) throws(StructureFault) {
    switch filter {
    case .deflate:
      guard valueCount == 1, try values.word() <= 9 else {
        throw .damaged("a deflate filter has no level")
      }
    case .shuffle:
      guard valueCount == 1, try values.word() > 0 else {
        throw .damaged("a shuffle filter has no width")
      }
    case .fletcher32:
      guard valueCount == 0 else { throw .damaged("a checksum filter has values") }
    }
  }

  /// Requires that a stored chunk becomes one of the right size.
  ///
  /// - Parameters:
  ///   - stored: The chunk as it is stored.
  ///   - plain: Bytes of the chunk in memory.
  ///   - mask: Filters that were left out, as bits.
  func require(
    _ stored: ArraySlice<UInt8>, _ plain: Int, mask: Int
  ) throws(StructureFault) {
    let applied = filters.indices.filter { mask >> $0 & 1 == 0 }.map { filters[$0] }
    let packed = stored.dropLast(applied.contains(.fletcher32) ? 4 : 0)
    let found =
      applied.contains(.deflate)
      ? try DeflateStream.byteCount(of: packed, limit: plain) : packed.count
    guard found == plain else {
      throw .damaged("a chunk of \(plain) bytes has \(found > plain ? "more" : "\(found)")")
    }
  }
}
