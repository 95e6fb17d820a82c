extension Int {
  /// With thousands separated: 1,234.
  package var groupedText: String {
    let digits = Array(String(magnitude))
    let groups = stride(from: digits.count % 3 - 3, to: digits.count, by: 3).compactMap { start in
      start + 3 > 0 ? String(digits[Swift.max(start, 0)..<start + 3]) : nil
    }
    return (self < 0 ? "−" : "") + groups.joined(separator: ",")
  }

  /// With what is counted: 1 class, 2,000 classes.
  ///
  /// - Parameter plural: With an s unless given.
  package func counted(_ noun: String, _ plural: String? = nil) -> String {
    "\(groupedText) \(self == 1 ? noun : plural ?? noun + "s")"
  }
}
