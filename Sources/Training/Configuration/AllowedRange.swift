/// The numbers that a key may have: all of them within bounds, so that nothing that is computed
/// from them leaves what a `Float` or an `Int` can hold.
package enum AllowedRange: CustomStringConvertible {
  /// For what is no number.
  case any
  case closed(Double, Double)
  case halfOpen(Double, Double)
  /// Zero, or a number between two others: what is switched off by 0.
  case zeroOr(Double, Double)
  case whole(ClosedRange<Int>)

  package func contains(_ value: Double) -> Bool {
    switch self {
    case .any: true
    case .closed(let lower, let upper): (lower...upper).contains(value)
    case .halfOpen(let lower, let upper): (lower..<upper).contains(value)
    case .zeroOr(let lower, let upper): value == 0 || (lower...upper).contains(value)
    case .whole(let range): Int(exactly: value).map(range.contains) ?? false
    }
  }

  package func contains(_ value: Int) -> Bool {
    if case .whole(let range) = self { range.contains(value) } else { contains(Double(value)) }
  }

  package var description: String {
    switch self {
    case .any: "any"
    case .closed(let lower, let upper): "\(short(lower)) to \(short(upper))"
    case .halfOpen(let lower, let upper): "≥ \(short(lower)) and < \(short(upper))"
    case .zeroOr(let lower, let upper): "0, or \(short(lower)) to \(short(upper))"
    case .whole(let range): "\(range.lowerBound) to \(range.upperBound)"
    }
  }

  private func short(_ bound: Double) -> String {
    Int(exactly: bound).map { "\($0)" } ?? "\(bound)"
  }
}
