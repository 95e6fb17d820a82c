import Tensors

extension RandomPurpose {
  /// Values drawn again from those that were measured.
  static func redraw(_ what: Redrawn) -> RandomPurpose { RandomPurpose(32, index: what.rawValue) }
}
