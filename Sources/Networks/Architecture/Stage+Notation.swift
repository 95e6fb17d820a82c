internal import Boundary

/// Rows of the table as text, in the notation of PyTorch Image Models (timm), such as
/// `ir_r2_k5_s2_e6_c40_se0.25`: the kind, then r repeats, k kernel, s stride of the first block, e
/// expansion, c output channels, se squeezed over input channels, and `skip` or `noskip` where
/// blocks have short cuts and their kind usually has not, or the other way round.
extension Stage {
  /// Why a text is no row of the table.
  public struct NotationError: Error, CustomStringConvertible {
    /// One line without the text itself.
    public let description: String
  }

  /// Blocks that a row can have.
  package static let repeatRange = 1...100
  /// Output channels that a row can have.
  package static let channelRange = 1...65_536
  /// Numbers that a row can have.
  private static let ranges: [String: ClosedRange<Int>] = [
    "r": repeatRange, "k": 3...5, "s": 1...2, "e": 1...64, "c": channelRange,
  ]
  /// Squeezed channels over input channels.
  private static let squeezeRatios = 0.001...4.0

  /// Reads a row.
  public init(notation: String) throws(NotationError) {
    let words = notation.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    guard let kind = Kind(rawValue: words[0]) else {
      let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw NotationError(
        description: "a row begins with its kind, one of \(known), as in ir_r2_k5_s2_e6_c40_se0.25")
    }
    var seen: Set<String> = []
    var numbers: [String: Int] = [:]
    var squeezeRatio = 0.0
    var hasShortcuts = kind.usuallyHasShortcuts
    for word in words.dropFirst() {
      let isSkip = word == "skip" || word == "noskip"
      let subject = isSkip ? "skip" : word.hasPrefix("se") ? "se" : String(word.prefix(1))
      guard seen.insert(subject).inserted else {
        throw NotationError(description: "\(word.shown(limit: 80)) comes twice")
      }
      if isSkip {
        hasShortcuts = word == "skip"
      } else if subject == "se", kind != .convolution {
        guard let ratio = Double(decimal: word.dropFirst(2)), Self.squeezeRatios.contains(ratio)
        else {
          throw NotationError(
            description:
              "\(word.shown(limit: 80)) is not se and a ratio of squeezed to input channels from "
              + "\(Self.squeezeRatios.lowerBound) to \(Self.squeezeRatios.upperBound)")
        }
        squeezeRatio = ratio
      } else {
        guard let range = Self.ranges[subject], let number = Self.number(word.dropFirst()),
          range.contains(number), subject != "k" || number != 4
        else { throw Self.misfit(word, of: kind) }
        numbers[subject] = number
      }
    }
    let expansion = numbers["e"] ?? 1
    guard (expansion > 1) == kind.isExpanding else {
      throw NotationError(
        description: kind.isExpanding
          ? "\(kind.rawValue) needs an expansion of e2 or more; without one it is "
            + (kind == .mbConv ? "ds" : "cn")
          : "\(kind.rawValue) has no expansion; with one it is "
            + (kind == .separable ? "ir" : "er"))
    }
    for (letter, name) in [("r", "repeats"), ("k", "kernel"), ("s", "stride"), ("c", "channels")]
    where numbers[letter] == nil {
      throw NotationError(description: "\(letter), the \(name), is missing")
    }
    self.init(
      kind, kernel: numbers["k"] ?? 0, stride: numbers["s"] ?? 0, expansion: expansion,
      channels: numbers["c"] ?? 0, repeats: numbers["r"] ?? 0, squeezeRatio: squeezeRatio,
      hasShortcuts: hasShortcuts)
  }

  /// Digits alone: no sign, no space.
  private static func number(_ digits: Substring) -> Int? {
    digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      ? Int(digits) : nil
  }

  private static func misfit(_ word: String, of kind: Kind) -> NotationError {
    NotationError(
      description:
        "\(word.isEmpty ? "a part without letter" : word.shown(limit: 80)) is not among what "
        + "\(kind.rawValue) has: r1 to r\(repeatRange.upperBound), k3 or k5, s1 or s2, "
        + (kind.isExpanding ? "e2 to e64, " : "") + "c1 to c\(channelRange.upperBound), "
        + (kind == .convolution ? "" : "se0.001 to se4, ") + "skip or noskip")
  }

  /// The row as text.
  public var notation: String {
    var words = [kind.rawValue, "r\(repeats)", "k\(kernel)", "s\(stride)", "e\(expansion)"]
    words.append("c\(channels)")
    if squeezeRatio > 0 { words.append("se\(Self.text(squeezeRatio))") }
    if hasShortcuts != kind.usuallyHasShortcuts { words.append(hasShortcuts ? "skip" : "noskip") }
    return words.joined(separator: "_")
  }

  private static func text(_ ratio: Double) -> String {
    ratio == ratio.rounded() ? "\(Int(ratio))" : "\(ratio)"
  }
}
