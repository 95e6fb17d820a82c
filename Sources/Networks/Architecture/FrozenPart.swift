/// The front of a network that training leaves as it is.
///
/// Its batch normalisations use running statistics, its branches are never dropped, and the backward
/// pass ends behind it.
public enum FrozenPart: String, CaseIterable, Sendable {
  /// Everything is trained.
  case none
  /// The first convolution with its batch normalisation.
  case stem
  /// The stem, and the stages up to this one.
  case stage1, stage2, stage3, stage4, stage5, stage6, stage7
  /// All but the classifier.
  case all

  /// Frozen stages, of at most `count`.
  private func stages(of count: Int) -> Int {
    switch self {
    case .none, .stem: 0
    case .stage1: min(1, count)
    case .stage2: min(2, count)
    case .stage3: min(3, count)
    case .stage4: min(4, count)
    case .stage5: min(5, count)
    case .stage6: min(6, count)
    case .stage7: min(7, count)
    case .all: count
    }
  }

  /// Frozen units of a network, see ``Architecture/units``.
  func units(of architecture: Architecture) -> Int {
    switch self {
    case .none: return 0
    case .all: return architecture.units.count
    default:
      let stages = architecture.stages.prefix(stages(of: architecture.stages.count))
      return 1 + stages.reduce(0) { $0 + $1.repeats }
    }
  }
}
