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

/// A share as 97.25 %.
func percent(_ share: Double) -> String { fixed(100 * share, 2) + " %" }

/// Seconds as 1:02:03, or 2:03 below an hour.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite else { return "?" }
  let whole = Int(seconds.rounded())
  let (hours, minutes) = (whole / 3600, whole / 60 % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
    : String(format: "%d:%02d", minutes, whole % 60)
}

/// A name that may have line breaks, as part of a line.
func oneLine(_ name: String) -> String {
  name.replacing("\n", with: "\\n").replacing("\r", with: "\\r")
}
