/// Arithmetic on numbers from outside, which must not trap whatever they are.
extension Sequence<Int> {
  /// The product of numbers that are not negative.
  ///
  /// - Returns: `nil` where one is negative, or the product is more than an `Int` can hold.
  public var boundedProduct: Int? {
    var product: Int? = 1
    var isZero = false
    for factor in self {
      guard factor >= 0 else { return nil }
      isZero = isZero || factor == 0
      product = product.flatMap {
        let (next, overflow) = $0.multipliedReportingOverflow(by: factor)
        return overflow ? nil : next
      }
    }
    return isZero ? 0 : product
  }
}

extension FixedWidthInteger {
  /// The sum, or the nearest number that there is.
  public func saturatingSum(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// The product, or the nearest number that there is.
  public func saturatingProduct(_ other: Self) -> Self {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) != (other < 0) ? .min : .max) : product
  }

  /// The nearest whole number towards zero; 0 for what is no number.
  public init(saturating value: Double) {
    self =
      value.isNaN
      ? 0 : value >= Double(Self.max) ? .max : value <= Double(Self.min) ? .min : Self(value)
  }
}
