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

  /// Frozen blocks of a network.
  func blocks(of architecture: Architecture) -> Int {
    architecture.stages.prefix(stages(of: architecture.stages.count)).reduce(0) { $0 + $1.repeats }
  }
}

extension ParameterPlaces {
  /// First place of the arena that is trained: those before it belong to the frozen part.
  func firstTrained(_ frozen: FrozenPart, of architecture: Architecture) -> Int {
    if frozen == .none { return stemKernel }
    if frozen == .all { return classifierKernel }
    let frozenBlocks = frozen.blocks(of: architecture)
    guard frozenBlocks < blocks.count else { return headKernel }
    let first = blocks[frozenBlocks]
    return first.expand == nil ? first.depthwiseKernel : first.expandKernel
  }
}
