import Tensors

extension RandomPurpose {
  /// Initial value of the parameter tensor with this index.
  static func initialization(tensor: Int) -> RandomPurpose { RandomPurpose(1, index: tensor) }
  /// Units of the head dropped for one sample.
  static let dropout = RandomPurpose(4)
  /// Whether the residual branch of a block is kept for one sample.
  static func dropPath(block: Int) -> RandomPurpose { RandomPurpose(5, index: block) }
}
