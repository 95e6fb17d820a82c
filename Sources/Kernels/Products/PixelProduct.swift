import CProcessor
import Tensors

/// Products of pixels and matrices, in any layout of either.
///
/// Eight pixels by 32 columns stay in registers while the depth goes by: each input is spread over
/// a vector once and meets two vectors of the matrix, so that multiply-adds, not loads, set the
/// pace. Nothing is copied to be in order first: planes are read and written as planes, which a
/// library's product cannot do, and the shapes may be as narrow as the network's are.
///
/// Each output is one chain of multiply-adds over the depth, whatever the number of pixels: tiles
/// can be cut anywhere without changing a bit.
public enum PixelProduct {
  /// Rows of a tile: input, transformed copy and output stay in the L2 cache.
  public static let tileRows = 256

  /// Computes `c = a·b`, or adds to `c`.
  ///
  /// - Parameters:
  ///   - a: `count` pixels of `depth` channels.
  ///   - b: `[depth, columns]`: see ``Pixels/matrix(_:columns:)``, ``Pixels/planes(_:pixels:)``.
  ///   - c: `count` pixels of `columns` channels; whole vectors are written.
  @inline(__always)
  public static func multiply(
    _ a: Pixels, count: Int, depth: Int, _ b: Pixels, columns: Int, into c: Pixels,
    adding: Bool = false
  ) {
    let isContiguous = a.blockStep == vectorWidth
    multiply(
      a.start, step: a.step, count: count,
      Depth(count: depth, step: 1, run: isContiguous ? depth : vectorWidth, runStep: a.blockStep),
      b, columns: columns, into: c, adding: adding)
  }

  /// How the inputs of a pixel lie: runs of `run` inputs, `step` apart.
  struct Depth {
    var count: Int
    var step: Int
    var run: Int
    var runStep: Int
  }

  /// Computes `c = a·b` for pixels `step` apart.
  // Inlined into a larger kernel, the sums of its tiles would no longer all stay in registers.
  @inline(never)
  static func multiply(
    _ a: UnsafePointer<Float>, step: Int, count: Int, _ depth: Depth, _ b: Pixels, columns: Int,
    into c: Pixels, adding: Bool
  ) {
    var column = 0
    while column < columns {
      let b0 = UnsafePointer(b.block(column))
      let c0 = c.block(column)
      if isPaired && column + vectorWidth < columns {
        let target = Target(
          c0, c0 + c.blockStep, step: c.step, lanes: vectorWidth, isAdding: adding)
        forEachRows(count, most: 8) { row, rows in
          let (a, target) = (a + row &* step, target.advanced(row))
          switch rows {
          case 8: pair8(a, step, depth, b0, b0 + b.blockStep, b.step, target)
          case 4: pair4(a, step, depth, b0, b0 + b.blockStep, b.step, target)
          default: pair1(a, depth, b0, b0 + b.blockStep, b.step, target)
          }
        }
        column += 2 * vectorWidth
      } else {
        let target = Target(c0, c0, step: c.step, lanes: vectorWidth, isAdding: adding)
        forEachRows(count, most: mostSingleRows) { row, rows in
          let (a, target) = (a + row &* step, target.advanced(row))
          switch rows {
          case 16: single16(a, step, depth, b0, b.step, target)
          case 8: single8(a, step, depth, b0, b.step, target)
          case 6: single6(a, step, depth, b0, b.step, target)
          case 4: single4(a, step, depth, b0, b.step, target)
          default: single1(a, depth, b0, b.step, target)
          }
        }
        column += vectorWidth
      }
    }
  }

  /// Computes `c = aᵀ·d`, or adds to `c`.
  ///
  /// - Parameters:
  ///   - a: `count` pixels of `rows` channels.
  ///   - d: `count` pixels of `columns` channels.
  ///   - c: `[rows, columns]`.
  ///   - step: Floats from one row of `c` to the next; `columns` unless given.
  @inline(never)
  public static func multiplyTransposed(
    _ a: Pixels, rows: Int, _ d: Pixels, columns: Int, count: Int,
    into c: UnsafeMutablePointer<Float>, step: Int? = nil, adding: Bool
  ) {
    let depth = Depth(count: count, step: a.step, run: count, runStep: 0)
    var column = 0
    while column < columns {
      let d0 = UnsafePointer(d.block(column))
      let isPair = isPaired && column + vectorWidth < columns
      let width = isPair ? 2 * vectorWidth : vectorWidth
      let lanes = min(vectorWidth, columns - column - (width - vectorWidth))
      let target = Target(
        c + column, c + column + (width - vectorWidth), step: step ?? columns, lanes: lanes,
        isAdding: adding)
      // Groups of rows never cross the 16 channels of a plane.
      for first in stride(from: 0, to: rows, by: vectorWidth) {
        let plane = UnsafePointer(a.block(first))
        forEachRows(min(vectorWidth, rows - first), most: isPair ? 8 : mostSingleRows) {
          row, rows in
          let (a, target) = (plane + row, target.advanced(first + row))
          switch (rows, isPair) {
          case (8, true): pair8(a, 1, depth, d0, d0 + d.blockStep, d.step, target)
          case (4, true): pair4(a, 1, depth, d0, d0 + d.blockStep, d.step, target)
          case (_, true): pair1(a, depth, d0, d0 + d.blockStep, d.step, target)
          case (16, false): single16(a, 1, depth, d0, d.step, target)
          case (8, false): single8(a, 1, depth, d0, d.step, target)
          case (6, false): single6(a, 1, depth, d0, d.step, target)
          case (4, false): single4(a, 1, depth, d0, d.step, target)
          case (_, false): single1(a, depth, d0, d.step, target)
          }
        }
      }
      column += width
    }
  }

  /// Arranges a dense matrix `[rows, columns]` for ``multiply``: planes of 16 columns,
  /// `[columns/16, rows, 16]`, with zeros for the columns that are missing.
  static func pack(
    _ matrix: UnsafePointer<Float>, rows: Int, columns: Int,
    into panels: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: 0, to: columns, by: vectorWidth) {
      let count = min(vectorWidth, columns - first)
      for row in 0..<rows {
        let target = panels + rows * first + row * vectorWidth
        target.store(.zero, 0)
        target.update(from: matrix + row * columns + first, count: count)
      }
    }
  }

  /// Arranges the transpose of a dense matrix `[rows, columns]` for ``multiply``: planes of 16
  /// rows, `[rows/16, columns, 16]`, with zeros for the rows that are missing.
  public static func packTransposed(
    _ matrix: UnsafePointer<Float>, rows: Int, columns: Int,
    into panels: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: 0, to: rows, by: vectorWidth) {
      let panel = panels + first * columns
      for lane in 0..<vectorWidth {
        guard first + lane < rows else {
          for column in 0..<columns { panel[column &* vectorWidth &+ lane] = 0 }
          continue
        }
        let source = matrix + (first + lane) * columns
        for column in 0..<columns { panel[column &* vectorWidth &+ lane] = source[column] }
      }
    }
  }

  /// With AVX-512 the sums of eight pixels by two vectors fit in the registers, or of sixteen by
  /// one; with AVX2 those of six by one.
  @inline(__always)
  private static var isPaired: Bool { compiled_for_avx512() == 1 }
  @inline(__always)
  private static var mostSingleRows: Int { compiled_for_avx512() == 1 ? 16 : 6 }

  /// Calls `body` with runs of `most`, 8, 4 and 1 rows, or of 6, 4 and 1.
  @inline(__always)
  private static func forEachRows(
    _ count: Int, most: Int, _ body: (_ row: Int, _ rows: Int) -> Void
  ) {
    var row = 0
    while row < count {
      let left = count - row
      // Behind six of eight rows the last two would go one by one.
      let isWhole = left >= most && !(most == 6 && left == 8)
      let rows = isWhole ? most : left >= 8 && most >= 8 ? 8 : left >= 4 ? 4 : 1
      body(row, rows)
      row += rows
    }
  }
}
