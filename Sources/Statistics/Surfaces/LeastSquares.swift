/// A linear model fitted to values: coefficients with the least sum of squared residuals.
///
/// By the modified Gram–Schmidt method with the values as one more column: what is left of that
/// column are the residuals.
struct LeastSquares {
  /// Share of a column that must be left beside the others for it to have a coefficient of its own.
  private static let independence = 1e-8

  /// One for each column, K.
  let coefficients: [Double]
  /// Inverse of the matrix of products of columns, `[K, K]`: variances of the coefficients for
  /// noise of deviation 1.
  let inverse: [[Double]]
  /// Values minus fitted values, `[N]`.
  let residuals: [Double]

  /// Fits a model.
  ///
  /// - Parameters:
  ///   - columns: What each coefficient is multiplied with, `[K][N]`.
  ///   - values: `[N]`.
  /// - Returns: `nil` where the columns depend on each other, as those of too few points do.
  init?(_ columns: [[Double]], _ values: [Double]) {
    let count = columns.count
    var basis = columns + [values]
    // R of the decomposition, `[K][K + 1]`; its last column are the products with the values.
    var triangle = [[Double]](repeating: [Double](repeating: 0, count: count + 1), count: count)
    let lengths = basis.map(Self.length)
    for column in 0..<count {
      let length = Self.length(basis[column])
      guard length > Self.independence * lengths[column] else { return nil }
      triangle[column][column] = length
      for place in values.indices { basis[column][place] /= length }
      for other in column + 1...count {
        let product = zip(basis[column], basis[other]).reduce(0) { $0 + $1.0 * $1.1 }
        triangle[column][other] = product
        for place in values.indices { basis[other][place] -= product * basis[column][place] }
      }
    }
    coefficients = Self.solve(triangle, (0..<count).map { triangle[$0][count] })
    let columnsOfInverse = (0..<count).map { unit in
      Self.solve(triangle, (0..<count).map { $0 == unit ? 1 : 0 })
    }
    inverse = (0..<count).map { row in
      (0..<count).map { column in
        columnsOfInverse.reduce(0) { $0 + $1[row] * $1[column] }
      }
    }
    residuals = basis[count]
  }

  private static func length(_ values: [Double]) -> Double {
    values.sumOfSquares.squareRoot()
  }

  /// Solves a triangular system from its last row up.
  private static func solve(_ triangle: [[Double]], _ right: [Double]) -> [Double] {
    var result = right
    for row in right.indices.reversed() {
      for column in row + 1..<max(row + 1, right.count) {
        result[row] -= triangle[row][column] * result[column]
      }
      result[row] /= triangle[row][row]
    }
    return result
  }
}
