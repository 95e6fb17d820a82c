import Tensors

/// Where the four tensors of a batch normalisation lie.
struct NormalizationPlace: Sendable {
  let channels: Int
  let gamma, beta: Int
  let movingMean, movingVariance: Int

  /// γ and β in the arena, with the gap between them.
  var gradientRange: Range<Int> { gamma..<beta + channelStride(channels) }
}

/// Where the tensors of a convolution, of its gate and of its batch normalisation lie.
struct ConvolutionPlaces: Sendable {
  let kernel: Int
  let gate: GatePlaces?
  let normalization: NormalizationPlace

  /// Where the tensors of a squeeze-and-excitation lie.
  struct GatePlaces: Sendable {
    let reduceKernel, reduceBias, expandKernel, expandBias: Int
  }

  /// The kernel, with all of its gate: one visit of a tile gives the gradients of both.
  var range: Range<Int> { (gate?.reduceKernel ?? kernel)..<normalization.gamma }
}

/// Where all tensors lie, by role.
struct ParameterPlaces: Sendable {
  let table: ParameterTable
  /// Those of the stem, of each block, and of the head.
  let units: [[ConvolutionPlaces]]
  let classifierKernel: Int
  let classifierBias: Int

  /// Floats of the largest range whose gradient is computed in one piece.
  var largestGradientRange: Int {
    let tensors = table.trainable.map { channelStride($0.count) }
    let convolutions = units.joined().flatMap {
      [$0.range.count, $0.normalization.gradientRange.count]
    }
    return (tensors + convolutions + [table.trainableSize - classifierKernel]).max() ?? 0
  }

  init(_ architecture: Architecture) {
    var table = ParameterTable(architecture.family)
    units = architecture.units.map { $0.convolutions.map { table.append($0) } }
    classifierKernel = table.append(
      ParameterTable.classifierLayer, "kernel", [architecture.headChannels, architecture.classes],
      .dense)
    classifierBias = table.append(
      ParameterTable.classifierLayer, "bias", [architecture.classes], .bias)
    self.table = table
  }
}

extension ParameterTable {
  fileprivate mutating func append(_ convolution: Convolution) -> ConvolutionPlaces {
    let gate = convolution.gate.map { gate in
      let (wide, narrow) = (convolution.inputChannels, gate.squeezed)
      return ConvolutionPlaces.GatePlaces(
        reduceKernel: append("\(gate.name)_reduce", "kernel", [1, 1, wide, narrow], .convolution),
        reduceBias: append("\(gate.name)_reduce", "bias", [narrow], .bias),
        expandKernel: append("\(gate.name)_expand", "kernel", [1, 1, narrow, wide], .convolution),
        expandBias: append("\(gate.name)_expand", "bias", [wide], .bias))
    }
    let isDepthwise = convolution.kind == .depthwise
    let kernel = append(
      convolution.name, isDepthwise ? "depthwise_kernel" : "kernel", convolution.kernelShape,
      isDepthwise ? .depthwise : .convolution)
    let (name, shape) = (convolution.normalizationName, [convolution.channels])
    return ConvolutionPlaces(
      kernel: kernel, gate: gate,
      normalization: NormalizationPlace(
        channels: convolution.channels, gamma: append(name, "gamma", shape, .gamma),
        beta: append(name, "beta", shape, .beta),
        movingMean: append(name, "moving_mean", shape, .movingMean),
        movingVariance: append(name, "moving_variance", shape, .movingVariance)))
  }
}

extension Architecture {
  /// The network's tensors and their places.
  public var parameterTable: ParameterTable { ParameterPlaces(self).table }
}
