/// The numbers that a key may have.
enum AllowedRange: CustomStringConvertible {
  case any
  case atLeast(Double)
  case above(Double)
  case closed(Double, Double)
  case halfOpen(Double, Double)

  func contains(_ value: Double) -> Bool {
    switch self {
    case .any: true
    case .atLeast(let bound): value >= bound
    case .above(let bound): value > bound
    case .closed(let lower, let upper): (lower...upper).contains(value)
    case .halfOpen(let lower, let upper): (lower..<upper).contains(value)
    }
  }

  var description: String {
    switch self {
    case .any: "any"
    case .atLeast(let bound): "≥ \(short(bound))"
    case .above(let bound): "> \(short(bound))"
    case .closed(let lower, let upper): "\(short(lower)) to \(short(upper))"
    case .halfOpen(let lower, let upper): "≥ \(short(lower)) and < \(short(upper))"
    }
  }

  private func short(_ bound: Double) -> String {
    Int(exactly: bound).map { "\($0)" } ?? "\(bound)"
  }
}
