import Foundation

/// A number as 1.2e-05.
func scientific(_ value: Double) -> String { String(format: "%.1e", value) }

/// A number with `digits` decimals.
func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// A name that may have line breaks, as part of a line.
func oneLine(_ name: String) -> String {
  name.replacing("\n", with: "\\n").replacing("\r", with: "\\r")
}
