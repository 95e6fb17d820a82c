import Foundation

/// A number as 1.2e-05.
func scientific(_ value: Double) -> String { String(format: "%.1e", value) }

/// A number with `digits` decimals.
func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
