import Networks

/// What a stage may be: kind, kernel, expansion, squeeze ratio, width and repeats, in this order.
///
/// Input, output and stride stay: networks of a space differ in what is between.
struct StageChoices: Sendable {
  private let kinds: [Stage.Kind]
  private let kernels, expansions, channels, repeats: [Int]
  private let squeeze: [Double]

  init(_ space: SpaceConfiguration, _ base: Stage, _ family: StageTable.Family) {
    // What is rounded, or cut off at one block, may come to the same, and a network is to have one
    // genome.
    kinds = base.kind.isExpanding ? space.kinds.distinct : [base.kind]
    kernels = space.kernels.distinct
    expansions = base.kind.isExpanding ? space.expansions.distinct : [base.expansion]
    squeeze = base.kind == .convolution ? [0] : space.squeeze.distinct
    channels =
      space.widths.map {
        Coefficients(width: $0, depth: 1, resolution: 0).scaledChannels(base.channels, family)
      }.distinct
    repeats = space.layers.map { max(1, base.repeats + $0) }.distinct
  }

  /// Alternatives of each choice.
  var counts: [Int] {
    [
      kinds.count, kernels.count, expansions.count, squeeze.count, channels.count,
      repeats.count,
    ]
  }

  /// The stage that choices make.
  func stage(_ choices: [Int], of base: Stage) -> Stage {
    Stage(
      kinds[choices[0]], kernel: kernels[choices[1]], stride: base.stride,
      expansion: expansions[choices[2]], channels: channels[choices[4]],
      repeats: repeats[choices[5]], squeezeRatio: squeeze[choices[3]],
      hasShortcuts: base.hasShortcuts)
  }
}

extension StageChoices {
  /// For each kind the stage that needs most memory: it grows with every other choice.
  func largest(of base: Stage) -> [Stage] {
    kinds.map { kind in
      Stage(
        kind, kernel: kernels.max() ?? base.kernel, stride: base.stride,
        expansion: expansions.max() ?? base.expansion, channels: channels.max() ?? base.channels,
        repeats: repeats.max() ?? base.repeats, squeezeRatio: squeeze.max() ?? base.squeezeRatio,
        hasShortcuts: base.hasShortcuts)
    }
  }
}

extension Array where Element: Equatable {
  /// Each value once, in the order of the first ones.
  fileprivate var distinct: [Element] {
    reduce(into: []) { values, value in
      if !values.contains(value) { values.append(value) }
    }
  }
}
