/// Which expansions are stored, and which are made again wherever they are read.
public enum ExpansionStorage: Sendable {
  /// Those of narrow inputs are recomputed, see ``widestInput``.
  case automatic
  /// All are stored.
  case stored
  /// None is stored.
  case recomputed

  /// Widest input whose expansion is recomputed under ``automatic``.
  ///
  /// Twice as wide an input doubles the work of making an expansion again, and the images behind it
  /// are a quarter as large. Measured on B0 at 224 with batch 16 against storing all: 2 per cent
  /// faster alone and 5 with two ranks on one memory up to 24 channels, no faster up to 40.
  static let widestInput = 24

  func recomputes(_ shape: Architecture.Block) -> Bool {
    switch self {
    case .automatic: shape.inputChannels <= Self.widestInput
    case .stored: false
    case .recomputed: true
    }
  }
}
