import Boundary

/// The chunks that a dataset is cut into, by their places: numbers along its axes.
struct ChunkGrid {
  /// Lengths of a chunk's axes.
  let lengths: [Int]
  /// Bytes of a chunk in memory.
  let byteCount: Int
  /// Along each axis, chunks of the dataset as it is.
  let counts: [Int]
  /// Along each axis, chunks of the dataset as long as it may become; none where there is no limit.
  let limits: [Int?]
  /// Lengths of the dataset's axes.
  private let extents: [Int]

  /// - Parameter dimensions: Lengths of a chunk's axes, and bytes of a value behind them.
  init(
    _ dimensions: [Int], of extents: StoredExtents, _ element: StoredType
  ) throws(StructureFault) {
    let lengths = Array(dimensions.dropLast())
    guard !extents.extents.isEmpty, lengths.count == extents.extents.count,
      dimensions.last == element.byteCount, !dimensions.contains(0),
      let byteCount = dimensions.boundedProduct, byteCount <= Int(UInt32.max)
    else { throw .damaged("its chunks have not the axes that it has") }
    func chunks(_ extent: Int, _ length: Int) -> Int {
      extent / length + (extent % length == 0 ? 0 : 1)
    }
    self.lengths = lengths
    self.byteCount = byteCount
    self.extents = extents.extents
    counts = zip(extents.extents, lengths).map(chunks)
    limits = zip(extents.limits, lengths).map { limit, length in
      limit.map { chunks($0, length) }
    }
  }

  /// Whether one chunk is all that the dataset is and may become.
  var isWhole: Bool { lengths == extents && limits.allSatisfy { $0 == 1 } }

  /// Whether a chunk is one of the dataset's.
  func contains(_ place: [Int]) -> Bool {
    zip(place, counts).allSatisfy { (0..<$1).contains($0) }
  }

  /// Whether a chunk of the dataset goes on where the dataset ends.
  func isCutOff(_ place: [Int]) -> Bool {
    zip(zip(place, lengths), extents).contains { ($0.0 + 1).saturatingProduct($0.1) > $1 }
  }

  /// The order in which arrays number the chunks: the last axis fastest, and the one without limit
  /// slowest.
  struct Order {
    private let axes: [Int]
    /// Chunks along them, but for the slowest.
    private let counts: [Int]

    fileprivate init(axes: [Int], counts: [Int]) {
      (self.axes, self.counts) = (axes, counts)
    }

    /// The place of a chunk.
    func place(of number: Int) -> [Int] {
      var place = [Int](repeating: 0, count: axes.count)
      var rest = number
      for (axis, count) in zip(axes.dropFirst(), counts).reversed() {
        (rest, place[axis]) = rest.quotientAndRemainder(dividingBy: count)
      }
      place[axes[0]] = rest
      return place
    }
  }

  /// The order of all chunks that there may become, and their number where it has a limit.
  func order() throws(StructureFault) -> (order: Order, count: Int?) {
    let endless = limits.indices.filter { limits[$0] == nil }
    let axes = Array(endless.prefix(1)) + limits.indices.filter { limits[$0] != nil }
    let counts = axes.dropFirst().map { limits[$0] ?? 0 }
    guard endless.count <= 1, let others = counts.boundedProduct, others > 0 else {
      throw .damaged("its chunks cannot be numbered")
    }
    let order = Order(axes: axes, counts: counts)
    guard let slowest = limits[axes[0]] else { return (order, nil) }
    guard let count = [slowest, others].boundedProduct else {
      throw .damaged("it has more chunks than can be counted")
    }
    return (order, count)
  }
}
