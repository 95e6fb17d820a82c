/// Two pictures that are mixed with each other; both are read before either is written.
struct MixedPair {
  /// A rectangle of pixels.
  struct Part {
    let columns: Range<Int>
    let rows: Range<Int>

    /// Its share of a square picture.
    func share(of resolution: Int) -> Float {
      Float(columns.count * rows.count) / Float(resolution * resolution)
    }

    @inline(__always)
    func contains(row: Int, column: Int) -> Bool { rows ~= row && columns ~= column }
  }

  private let first: UnsafeMutablePointer<Float>
  private let second: UnsafeMutablePointer<Float>
  private let resolution: Int
  private let channels: Int

  /// The pictures, each `[resolution, resolution, channels]`.
  init(
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>, resolution: Int,
    channels: Int
  ) {
    self.first = first
    self.second = second
    self.resolution = resolution
    self.channels = channels
  }

  /// Leaves each picture its share and fills up with the other one.
  func blend(_ firstShare: Float, _ secondShare: Float) {
    let (first, second) = (first, second)
    for index in 0..<resolution * resolution * channels {
      let (left, right) = (first[index], second[index])
      first[index] = left * firstShare + right * (1 - firstShare)
      second[index] = right * secondShare + left * (1 - secondShare)
    }
  }

  /// Puts a part of each picture into the other, at the same place.
  func exchange(_ firstPart: Part, _ secondPart: Part) {
    for row in 0..<resolution {
      for column in 0..<resolution {
        let start = (row &* resolution &+ column) &* channels
        let changesFirst = firstPart.contains(row: row, column: column)
        let changesSecond = secondPart.contains(row: row, column: column)
        guard changesFirst || changesSecond else { continue }
        for index in start..<start &+ channels {
          let (left, right) = (first[index], second[index])
          if changesFirst { first[index] = right }
          if changesSecond { second[index] = left }
        }
      }
    }
  }
}
