/// Which expansions are stored, and which are made again wherever they are read.
public enum ExpansionStorage: Sendable {
  /// Whichever measures faster for the block.
  case measured
  /// All are stored.
  case stored
  /// None is stored.
  case recomputed

  /// Widest input whose expansion is recomputed under ``measured``.
  static let widestInput = 40

  func recomputes(_ shape: Architecture.Block) -> Bool {
    switch self {
    case .measured: shape.inputChannels <= Self.widestInput
    case .stored: false
    case .recomputed: true
    }
  }
}
