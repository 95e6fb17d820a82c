extension [Int] {
  /// Parts of `total` in proportion to these counts, rounded so that they add up: largest
  /// remainders first, then lower indices.
  ///
  /// - Parameter kept: How much of itself a count keeps where its part is rounded up.
  /// - Precondition: `total` is not more than all counts leave.
  func shares(of total: Int, keeping kept: Int) -> [Int] {
    let whole = Swift.max(1, reduce(0, +))
    var shares = map { $0 * total / whole }
    let remainders = map { $0 * total % whole }
    let byRemainder = indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
    var missing = total - shares.reduce(0, +)
    while missing > 0 {
      for index in byRemainder where missing > 0 && shares[index] + kept < self[index] {
        shares[index] += 1
        missing -= 1
      }
    }
    return shares
  }
}
