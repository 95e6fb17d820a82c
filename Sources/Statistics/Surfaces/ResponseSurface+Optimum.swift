extension ResponseSurface {
  /// Where in the triangle a surface is highest, and how high.
  package struct Optimum: Sendable, Codable, Equatable {
    package let shares: MixtureShares
    package let value: Double
  }

  /// The highest point of the triangle, boundaries included.
  ///
  /// Exact: it is a corner, the top of the parabola above an edge, or the top of the surface
  /// itself. Of equal ones it is the first in this order.
  package var optimum: Optimum {
    let corner = Optimum(
      shares: MixtureShares(a: 1, b: 0, c: 0), value: coefficients[0])
    let others =
      [MixtureShares(a: 0, b: 1, c: 0), MixtureShares(a: 0, b: 0, c: 1)] + edgeTops
      + [top].compactMap { $0 }
    return others.reduce(corner) { best, shares in
      let value = value(at: shares)
      return value > best.value ? Optimum(shares: shares, value: value) : best
    }
  }

  private var edgeTops: [MixtureShares] {
    /// Share of the first of two corners at the top between them.
    func share(_ first: Double, _ second: Double, together: Double) -> Double? {
      let share = 0.5 + (first - second) / (2 * together)
      return together > 0 && share > 0 && share < 1 ? share : nil
    }
    let (a, b, c) = (coefficients[0], coefficients[1], coefficients[2])
    return [
      share(a, b, together: coefficients[3]).map { MixtureShares(a: $0, b: 1 - $0, c: 0) },
      share(a, c, together: coefficients[4]).map { MixtureShares(a: $0, b: 0, c: 1 - $0) },
      share(b, c, together: coefficients[5]).map { MixtureShares(a: 0, b: $0, c: 1 - $0) },
    ].compactMap { $0 }
  }

  /// Where both slopes are 0, if the surface has a top inside the triangle.
  private var top: MixtureShares? {
    // With c = 1 − a − b, the slopes along a and b are linear in both.
    let (ab, ac, bc) = (coefficients[3], coefficients[4], coefficients[5])
    let mixed = ab - ac - bc
    let right = (
      coefficients[2] - coefficients[0] - ac, coefficients[2] - coefficients[1] - bc
    )
    let determinant = 4 * ac * bc - mixed * mixed
    guard ac > 0, determinant > 0 else { return nil }
    let a = (-2 * bc * right.0 - mixed * right.1) / determinant
    let b = (-2 * ac * right.1 - mixed * right.0) / determinant
    guard a > 0, b > 0, a + b < 1 else { return nil }
    return MixtureShares(a: a, b: b, c: 1 - a - b)
  }
}
