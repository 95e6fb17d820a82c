import Foundation

extension Double {
  /// With `decimals` decimals and thousands separated: 1,234.5.
  package func text(_ decimals: Int = 0) -> String {
    guard isFinite else { return "–" }
    var text = String(format: "%.\(decimals)f", magnitude)
    var position = (text.firstIndex(of: ".") ?? text.endIndex).utf16Offset(in: text) - 3
    while position > 0 {
      text.insert(",", at: text.index(text.startIndex, offsetBy: position))
      position -= 3
    }
    return self < 0 && text.contains { ("1"..."9").contains($0) } ? "−" + text : text
  }

  /// With about four digits that tell something: 1,234, 12.35, 0.0831, 3.2e-05.
  var shortText: String {
    switch magnitude {
    case 0: "0"
    case 1000..<1e7: text()
    case 0.001..<1000: text(max(0, 3 - Int(log10(magnitude).rounded(.down)).clamped(-1, 3)))
    default: isFinite ? String(format: "%.3g", self) : "–"
    }
  }

  /// Whole numbers without decimals, others with two.
  package var briefText: String { text(self == rounded() ? 0 : 2) }

  /// With a unit and two decimals, or without both with about four digits.
  func text(unit: String) -> String { unit.isEmpty ? shortText : text(2) + unit }

  /// A share as 97.25 %.
  package var percentText: String { (100 * self).text(2) + " %" }

  /// Seconds as 2:03, or 1:02:03 from an hour on, or 2 d 03:04 from two days on.
  package var durationText: String {
    guard isFinite, magnitude < 1e9 else { return "–" }
    let whole = Int(rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    if hours >= 48 { return String(format: "%d d %02d:%02d", hours / 24, hours % 24, minutes) }
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
      : String(format: "%d:%02d", minutes, whole % 60)
  }
}

extension Int {
  func clamped(_ low: Int, _ high: Int) -> Int { Swift.min(Swift.max(self, low), high) }
}
