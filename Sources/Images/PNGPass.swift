/// Which pixels of a PNG picture are stored together.
struct PNGPass {
  /// The first pixel's column and row.
  let left, top: Int
  /// From a pixel to the next of its row, and from a row to the next.
  let right, down: Int

  /// All pixels, row by row.
  static let whole = PNGPass(left: 0, top: 0, right: 1, down: 1)

  /// The passes of interlaced files (PNG specification, section 8.2).
  static let adam7 = [
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
  ].map { PNGPass(left: $0.0, top: $0.1, right: $0.2, down: $0.3) }

  /// How many of a picture's rows and columns it has; where it has none of the one, it is left out.
  func size(height: Int, width: Int) -> (rows: Int, columns: Int) {
    (
      max(0, (height - top + down - 1) / down), max(0, (width - left + right - 1) / right)
    )
  }
}
