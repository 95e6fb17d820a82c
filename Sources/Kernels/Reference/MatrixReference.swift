/// Matrix products in plain loops and doubles. Matrices are dense and row-major.
package enum MatrixReference {
  /// `a[m, k] · b[k, n]`.
  package static func multiply(_ a: [Double], _ b: [Double], k: Int) -> [Double] {
    let (m, n) = (a.count / k, b.count / k)
    var c = [Double](repeating: 0, count: m * n)
    for row in 0..<m {
      for inner in 0..<k {
        let factor = a[row * k + inner]
        for column in 0..<n { c[row * n + column] += factor * b[inner * n + column] }
      }
    }
    return c
  }

  /// `a[m, k] · b[n, k]ᵀ`.
  package static func multiplyByTransposed(_ a: [Double], _ b: [Double], k: Int) -> [Double] {
    multiply(a, transpose(b, columns: k), k: k)
  }

  /// `a[k, m]ᵀ · b[k, n]`.
  package static func multiplyTransposed(_ a: [Double], _ b: [Double], k: Int) -> [Double] {
    multiply(transpose(a, columns: a.count / k), b, k: k)
  }

  /// Sums over the rows of `a[m, n]`.
  package static func columnSums(_ a: [Double], columns n: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: n)
    for i in a.indices { sums[i % n] += a[i] }
    return sums
  }

  private static func transpose(_ a: [Double], columns n: Int) -> [Double] {
    let m = a.count / n
    return a.indices.map { a[$0 % m * n + $0 / m] }
  }
}
