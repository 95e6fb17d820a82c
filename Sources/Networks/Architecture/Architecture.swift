import Kernels

/// Everything that decides the shape of a network and its arithmetic, but none of its weights.
public struct Architecture: Sendable, Equatable {
  /// Which of the two papers it follows in its layers' names.
  public var family: StageTable.Family
  /// Output channels of the stem.
  public var stemChannels: Int
  /// The scaled stage table.
  public var stages: [Stage]
  /// Channels of the last 1×1 convolution.
  public var headChannels: Int
  /// Side of the input in pixels.
  public var resolution: Int
  /// Channels of the input.
  public var inputChannels = 3
  /// Outputs of the classifier.
  public var classes = 1000
  /// Stride of the stem: 2, or 1 for small pictures.
  public var stemStride = 2
  /// Function behind every batch normalisation that is not a bottleneck's.
  public var activation = Activation.swish
  /// Share of the head's units dropped in training.
  public var dropout = 0.2
  /// Stochastic depth: block i of n drops its branch with probability `dropPath·i/n`.
  public var dropPath = 0.2
  /// ε of batch normalisation, as in the TensorFlow release.
  public var batchNormEpsilon = 1e-3
  /// Share of the old value in a running statistic's update, as in the TensorFlow release.
  public var batchNormMomentum = 0.99

  /// A released variant at its own resolution.
  public init(_ variant: Variant) {
    let released = variant.released
    self.init(released.table, released.coefficients)
    dropout = released.dropout
    batchNormMomentum = released.batchNormMomentum
  }

  /// A table scaled by any coefficients.
  public init(_ table: StageTable, _ coefficients: Coefficients) {
    family = table.family
    activation = table.activation
    resolution = coefficients.resolution
    func scaled(_ channels: Int) -> Int { coefficients.scaledChannels(channels, table.family) }
    stemChannels = table.scalesEnds ? scaled(table.stem) : table.stem
    headChannels = table.scalesEnds ? scaled(table.head) : table.head
    stages = table.stages.enumerated().map { index, row in
      var stage = row
      stage.channels = scaled(row.channels)
      let isEnd = index == 0 || index == table.stages.count - 1
      if table.scalesEnds || !isEnd { stage.repeats = coefficients.scaledRepeats(row.repeats) }
      return stage
    }
  }

  /// Sizes of the stem's 3×3 convolution.
  public var stemGeometry: ConvolutionGeometry {
    ConvolutionGeometry(height: resolution, width: resolution, kernel: 3, stride: stemStride)
  }

  /// All blocks in forward order.
  public var blocks: [Block] {
    var result: [Block] = []
    var channels = stemChannels
    var side = stemGeometry.outHeight
    let count = stages.reduce(0) { $0 + $1.repeats }
    for (stageIndex, stage) in stages.enumerated() {
      for position in 0..<stage.repeats {
        let block = Block(
          name: "block\(stageIndex + 1)\(Self.letter(position))", stage: stage, family: family,
          inputChannels: channels,
          geometry: ConvolutionGeometry(
            height: side, width: side, kernel: stage.kernel,
            stride: position == 0 ? stage.stride : 1),
          activation: activation, dropPath: dropPath * Double(result.count) / Double(count))
        result.append(block)
        channels = stage.channels
        side = block.geometry.outHeight
      }
    }
    return result
  }

  /// a, b … z, then aa, ab …: the letter of a repeat in Keras' layer names.
  private static func letter(_ position: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let last = String(letters[position % letters.count])
    return position < letters.count ? last : letter(position / letters.count - 1) + last
  }

  /// The first convolution.
  public var stem: Convolution {
    Convolution(
      .standard, "stem_conv", normalizedBy: "stem_bn", from: inputChannels, to: stemChannels,
      stemGeometry, activation)
  }

  /// The last convolution.
  public var head: Convolution {
    let last = blocks[blocks.count - 1]
    return Convolution(
      .pointwise, "top_conv", normalizedBy: "top_bn", from: last.outputChannels, to: headChannels,
      .pointwise(height: last.geometry.outHeight, width: last.geometry.outWidth), activation)
  }

  /// All convolutions in forward order.
  var convolutions: [Convolution] { units.flatMap(\.convolutions) }

  /// Whether the weights of another network compute in this one what they do there: only what
  /// belongs to pictures, classes and the course of a training may differ.
  public func computes(like other: Architecture) -> Bool {
    var other = other
    other.classes = classes
    other.resolution = resolution
    other.stemStride = stemStride
    other.dropout = dropout
    other.dropPath = dropPath
    other.batchNormMomentum = batchNormMomentum
    return other == self
  }

  /// Multiply-adds of one image: all convolutions, squeeze-and-excitation and the classifier.
  public var multiplyAdds: Int {
    var side = stemGeometry.outHeight
    var channels = stemChannels
    var sum = side * side * Stage.taps(3) * inputChannels * stemChannels
    for stage in stages where stage.repeats > 0 {
      sum += stage.multiplyAdds(ofBlockWith: channels, side: side, stride: stage.stride)
      (channels, side) = (stage.channels, (side + stage.stride - 1) / stage.stride)
      // All but the first are alike.
      sum +=
        (stage.repeats - 1) * stage.multiplyAdds(ofBlockWith: channels, side: side, stride: 1)
    }
    return sum + side * side * channels * headChannels + headChannels * classes
  }

  /// Outputs of all convolutions for an image.
  public var activations: Int {
    convolutions.reduce(0) { $0 + $1.geometry.outputs * $1.channels }
  }
}
