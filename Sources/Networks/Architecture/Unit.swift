/// What a network is a chain of: the stem, each block, and the head.
struct Unit {
  /// What it is to the network.
  let role: Role
  let convolutions: [Convolution]
  /// The block's short cut; nil where its input is not added to its output.
  let shortcut: Shortcut?

  enum Role {
    case stem
    case block(Int)
    case head

    var isBlock: Bool {
      if case .block = self { return true }
      return false
    }
  }

  struct Shortcut {
    /// Position among the blocks.
    let block: Int
    /// Probability that training drops the branch beside it for an image.
    let dropPath: Double
  }
}

extension Architecture {
  /// The whole network but its classifier, in forward order.
  var units: [Unit] {
    [Unit(role: .stem, convolutions: [stem], shortcut: nil)]
      + blocks.enumerated().map { index, block in
        Unit(
          role: .block(index), convolutions: block.convolutions,
          shortcut: block.hasSkip
            ? Unit.Shortcut(block: index, dropPath: block.dropPath) : nil)
      }
      + [Unit(role: .head, convolutions: [head], shortcut: nil)]
  }
}
