import Networks

/// What a stage may be: kind, kernel, expansion, squeeze ratio, width and repeats, in this order.
///
/// Input, output and stride stay: networks of a space differ in what is between.
struct StageChoices: Sendable {
  private let kinds: [Stage.Kind]
  private let kernels, expansions, repeats: [Int]
  private let squeeze, widths: [Double]

  init(_ space: SpaceConfiguration, _ base: Stage) {
    kinds = base.kind.isExpanding ? space.kinds : [base.kind]
    kernels = space.kernels
    expansions = base.kind.isExpanding ? space.expansions : [base.expansion]
    squeeze = base.kind == .convolution ? [0] : space.squeeze
    widths = space.widths
    // What is cut off at one block may come to the same.
    var repeats: [Int] = []
    for layers in space.layers {
      let count = max(1, base.repeats + layers)
      if !repeats.contains(count) { repeats.append(count) }
    }
    self.repeats = repeats
  }

  /// Alternatives of each choice.
  var counts: [Int] {
    [kinds.count, kernels.count, expansions.count, squeeze.count, widths.count, repeats.count]
  }

  /// The stage that choices make.
  func stage(_ choices: [Int], of base: Stage, _ family: StageTable.Family) -> Stage {
    Stage(
      kinds[choices[0]], kernel: kernels[choices[1]], stride: base.stride,
      expansion: expansions[choices[2]],
      channels: Coefficients(width: widths[choices[4]], depth: 1, resolution: 0)
        .scaledChannels(base.channels, family),
      repeats: repeats[choices[5]], squeezeRatio: squeeze[choices[3]],
      hasShortcuts: base.hasShortcuts)
  }
}
