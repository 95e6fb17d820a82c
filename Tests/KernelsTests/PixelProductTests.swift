import Kernels
import Tensors
import XCTest

final class PixelProductTests: XCTestCase {
  /// Sums of at most 48 products of floats near 1.
  private let tolerance = 2e-6

  override func tearDown() { releaseBuffers() }

  func testProductsOfEveryLayoutMatchTheReference() {
    for (depth, columns) in [(1, 8), (5, 7), (16, 16), (24, 32), (17, 40), (40, 24), (33, 80)] {
      for count in [1, 3, 4, 6, 7, 8, 13, 14, 16, 20, 29, 37] {
        let a = randomValues(count * depth, seed: 1)
        let b = randomValues(depth * columns, seed: 2)
        let before = randomValues(count * columns, seed: 3)
        let expected = MatrixReference.multiply(a, b, k: depth)
        let transposed = (0..<columns * depth).map { b[$0 % depth * columns + $0 / depth] }
        let panels = buffer(channelStride(columns) * depth, filledWith: .nan)
        PixelProduct.packTransposed(
          dense(transposed).start, rows: columns, columns: depth, into: panels.start)
        let matrices: [Pixels] = [
          .matrix(dense(b).start, columns: columns), .planes(panels.start, pixels: depth),
        ]
        for (input, output) in [(Layout.rows, Layout.planes), (.planes, .rows), (.rows, .rows)] {
          let x = input.pixels(a, channels: depth)
          for matrix in matrices {
            for isAdding in [false, true] {
              let y = output.pixels(before, channels: columns)
              PixelProduct.multiply(
                x, count: count, depth: depth, matrix, columns: columns, into: y, adding: isAdding)
              assertClose(
                y, isAdding ? zip(expected, before).map { $0 + $1 } : expected, channels: columns,
                tolerance: tolerance, "\(count) × \(depth) → \(columns), adding \(isAdding)")
            }
          }
        }
      }
    }
  }

  func testTilesMayBeCutAnywhere() {
    let (count, depth, columns) = (61, 40, 48)
    let x = Layout.planes.pixels(randomValues(count * depth, seed: 1), channels: depth)
    let b = Pixels.matrix(
      dense(randomValues(depth * columns, seed: 2)).start, columns: columns)
    let whole = Layout.rows.room(for: count, channels: columns)
    PixelProduct.multiply(x, count: count, depth: depth, b, columns: columns, into: whole)
    let parts = Layout.rows.room(for: count, channels: columns)
    for range in [0..<9, 9..<10, 10..<47, 47..<61] {
      PixelProduct.multiply(
        x.dropping(range.lowerBound), count: range.count, depth: depth, b, columns: columns,
        into: parts.dropping(range.lowerBound))
    }
    assertSameBits(
      parts.values(count: count, channels: columns), whole.values(count: count, channels: columns))
  }

  func testTransposedProductsMatchTheReferenceAndStayInTheirMatrix() {
    for (rows, columns) in [(1, 8), (3, 7), (8, 16), (16, 24), (24, 32), (29, 40), (40, 80)] {
      for count in [1, 2, 7, 48] {
        let a = randomValues(count * rows, seed: 1)
        let d = randomValues(count * columns, seed: 2)
        let before = randomValues(rows * columns, seed: 3)
        let expected = MatrixReference.multiplyTransposed(a, d, k: count)
        for (front, behind) in [(Layout.rows, Layout.planes), (.planes, .rows), (.rows, .rows)] {
          for isAdding in [false, true] {
            let c = dense(before + [Double](repeating: 7, count: vectorWidth))
            PixelProduct.multiplyTransposed(
              front.pixels(a, channels: rows), rows: rows, behind.pixels(d, channels: columns),
              columns: columns, count: count, into: c.start, adding: isAdding)
            let label = "\(rows) × \(columns) over \(count), adding \(isAdding)"
            assertClose(
              values(c, count: rows * columns),
              isAdding ? zip(expected, before).map { $0 + $1 } : expected, tolerance: tolerance,
              label)
            XCTAssertEqual(c.start[rows * columns], 7, "\(label): what follows is another's")
          }
        }
      }
    }
  }
}
