/// What a network is a chain of: the stem, each block, and the head.
struct Unit {
  /// Where a profile puts its work.
  let place: StepProfile.Place
  let convolutions: [Convolution]
  /// The block's short cut; nil where its input is not added to its output.
  let shortcut: Shortcut?

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
    [Unit(place: .stem, convolutions: [stem], shortcut: nil)]
      + blocks.enumerated().map { index, block in
        Unit(
          place: .block(index), convolutions: block.convolutions,
          shortcut: block.hasSkip
            ? Unit.Shortcut(block: index, dropPath: block.dropPath) : nil)
      }
      + [Unit(place: .head, convolutions: [head], shortcut: nil)]
  }
}
