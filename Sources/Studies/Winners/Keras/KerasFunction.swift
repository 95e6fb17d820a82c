import Networks

/// The call of Keras' own function that rebuilds a network, where it can.
package struct KerasFunction: Sendable, Equatable {
  /// Path of the module, and the name of the function in it.
  package let module, name: String
  /// All arguments but `input_tensor`.
  package let arguments: [String: JSONValue]

  /// Why a function of Keras cannot make a network.
  package struct Misfit: Error, Equatable {
    package let reason: String
  }

  /// ε of batch normalisation in Keras' code.
  private static let epsilon = 1e-3
  /// Blocks of a stage that have letters in Keras' code.
  private static let mostRepeats = 26

  package init(_ architecture: Architecture) throws(Misfit) {
    let isFirst = architecture.family == .v1
    module = "keras.src.applications." + (isFirst ? "efficientnet" : "efficientnet_v2")
    name = isFirst ? "EfficientNet" : "EfficientNetV2"
    try Self.requireFit(architecture)
    guard let rounding = KerasRounding(architecture) else {
      throw Misfit(
        reason:
          "no width_coefficient makes a first convolution of \(architecture.stemChannels) channels "
          + "out of \(KerasRounding.stem) and a last one of \(architecture.headChannels) out of "
          + "\(KerasRounding.head), which are in its code")
    }
    let stages = zip(architecture.stages, architecture.stageInputs)
    var arguments: [String: JSONValue] = [
      "width_coefficient": .number(rounding.width), "depth_coefficient": 1,
      "depth_divisor": .whole(rounding.divisor), "default_size": .whole(architecture.resolution),
      "dropout_rate": .number(architecture.dropout),
      "drop_connect_rate": .number(architecture.dropPath),
      "activation": .text(architecture.activation.rawValue),
      "classes": .whole(architecture.classes), "weights": nil,
      "blocks_args": .list(
        stages.map { stage, inputs in
          .object(
            isFirst
              ? stage.firstFamily(inputs, rounding) : stage.secondFamily(inputs, rounding))
        }),
    ]
    if !isFirst {
      arguments["min_depth"] = .whole(rounding.divisor)
      arguments["bn_momentum"] = .number(architecture.batchNormMomentum)
      arguments["include_preprocessing"] = false
    }
    self.arguments = arguments
  }

  private static func requireFit(_ architecture: Architecture) throws(Misfit) {
    func require(_ holds: Bool, _ reason: String) throws(Misfit) {
      if !holds { throw Misfit(reason: reason) }
    }
    let stages = architecture.stages
    try require(
      architecture.stemStride == 2,
      "the first convolution has stride \(architecture.stemStride), and that in its code 2")
    try require(
      architecture.batchNormEpsilon == epsilon,
      "batch normalisation has an ε of \(architecture.batchNormEpsilon), and in its code \(epsilon)"
    )
    try require(
      stages.allSatisfy { $0.repeats <= mostRepeats },
      "a stage has more than \(mostRepeats) blocks, for which it has no names")
    try require(
      stages.allSatisfy { $0.squeezeRatio <= 1 },
      "a squeeze is wider than the input of its block, which its code leaves out")
    try require(
      architecture.activation == .swish || stages.allSatisfy { $0.squeezeRatio == 0 },
      "squeeze-and-excitation has swish beside \(architecture.activation.rawValue) elsewhere, and in its "
        + "code the same")
    try require(
      architecture.family == .v1 || !architecture.lacksShortcuts,
      "a stage has no short cuts, which its code always has")
  }
}

extension Architecture {
  /// Input channels of the first block of each stage.
  fileprivate var stageInputs: [Int] { [stemChannels] + stages.dropLast().map(\.channels) }

  /// Whether a block could have a short cut and has none.
  fileprivate var lacksShortcuts: Bool {
    blocks.contains {
      !$0.stage.hasShortcuts && $0.geometry.stride == 1 && $0.inputChannels == $0.outputChannels
    }
  }
}

extension Stage {
  /// An element of `blocks_args` of `EfficientNet`.
  fileprivate func firstFamily(_ inputs: Int, _ rounding: KerasRounding) -> [String: JSONValue] {
    [
      "kernel_size": .whole(kernel), "repeats": .whole(repeats),
      "filters_in": .number(rounding.argument(inputs)),
      "filters_out": .number(rounding.argument(channels)), "expand_ratio": .whole(expansion),
      "id_skip": .bool(hasShortcuts), "strides": .whole(stride), "se_ratio": .number(squeezeRatio),
    ]
  }

  /// An element of `blocks_args` of `EfficientNetV2`; its fused blocks without expansion are
  /// convolutions.
  fileprivate func secondFamily(_ inputs: Int, _ rounding: KerasRounding) -> [String: JSONValue] {
    [
      "kernel_size": .whole(kernel), "num_repeat": .whole(repeats),
      "input_filters": .number(rounding.argument(inputs)),
      "output_filters": .number(rounding.argument(channels)), "expand_ratio": .whole(expansion),
      "strides": .whole(stride), "se_ratio": .number(squeezeRatio),
      "conv_type": kind == .convolution || kind == .fusedMBConv ? 1 : 0,
    ]
  }
}
