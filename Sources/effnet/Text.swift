import Foundation

/// A number as 1.2e-05.
func scientific(_ value: Double) -> String { String(format: "%.1e", value) }

/// A number with `digits` decimals.
func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// A count with thousands separated.
func grouped(_ value: Int) -> String {
  var text = String(abs(value))
  var position = text.count - 3
  while position > 0 {
    text.insert(",", at: text.index(text.startIndex, offsetBy: position))
    position -= 3
  }
  return value < 0 ? "-\(text)" : text
}
