/// Which expansions are stored, and which are made again wherever they are read.
public enum ExpansionStorage: Sendable {
  /// Those of narrow inputs are recomputed, see `widestInput`.
  case automatic
  /// All are stored.
  case stored
  /// None is stored.
  case recomputed

  /// Widest input whose expansion is recomputed under ``automatic``.
  ///
  /// Twice as wide an input doubles the work of making an expansion again, and the images behind it
  /// are a quarter as large. Measured on B0 at 224 with batch 16 against storing all: up to 24
  /// channels as fast (0.8 per cent faster), with a quarter less memory.
  static let widestInput = 24

  func recomputes(_ shape: Convolution) -> Bool {
    switch self {
    case .automatic: shape.inputChannels <= Self.widestInput
    case .stored: false
    case .recomputed: true
    }
  }

  /// How a block comes by its expansion.
  func use(of block: Architecture.Block) -> ExpansionUse {
    guard block.stage.kind == .mbConv else { return .none }
    return recomputes(block.convolutions[0]) ? .recomputed : .stored
  }
}

/// How a block comes by its expansion.
package enum ExpansionUse: String, Sendable, Encodable {
  case none, stored, recomputed
}
