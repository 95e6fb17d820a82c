import Foundation

extension Double {
  /// With up to three digits and the prefix of a power of a thousand: 385.8 million is "386 M".
  package var metricText: String {
    guard isFinite else { return "–" }
    let prefixes = ["", " k", " M", " G", " T", " P"]
    var (value, power) = (self, 0)
    // What rounds to a thousand has the next prefix.
    while value.magnitude >= 999.5, power < prefixes.count - 1 {
      value /= 1000
      power += 1
    }
    let text = String(format: "%.3g", value.magnitude)
    return (self < 0 && text != "0" ? "−" : "") + text + prefixes[power]
  }
}
