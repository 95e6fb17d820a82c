import Tensors

/// Where the four tensors of a batch normalisation lie.
struct NormalizationPlace: Sendable {
  let channels: Int
  let gamma, beta: Int
  let movingMean, movingVariance: Int

  /// γ and β in the arena, with the gap between them.
  var gradientRange: Range<Int> { gamma..<beta + channelStride(channels) }
}

/// Where the tensors of one block lie.
struct BlockPlaces: Sendable {
  var expandKernel = 0
  var expand: NormalizationPlace?
  var depthwiseKernel = 0
  var depthwise: NormalizationPlace
  var reduceKernel = 0
  var reduceBias = 0
  var expandSqueezeKernel = 0
  var expandSqueezeBias = 0
  var projectKernel = 0
  var project: NormalizationPlace

  /// The kernel of the projection, or all of squeeze-and-excitation up to it: one visit of a tile
  /// gives the gradients of both.
  var projectRange: Range<Int> {
    (reduceKernel > 0 ? reduceKernel : projectKernel)..<project.gamma
  }
}

/// Where all tensors lie, by role.
struct ParameterPlaces: Sendable {
  private(set) var table = ParameterTable()
  let stemKernel: Int
  let stem: NormalizationPlace
  let blocks: [BlockPlaces]
  let headKernel: Int
  let head: NormalizationPlace
  let classifierKernel: Int
  let classifierBias: Int

  /// Floats of the largest range whose gradient is computed in one piece.
  var largestGradientRange: Int {
    let tensors = table.trainable.map { channelStride($0.count) }
    let projections = blocks.map(\.projectRange.count)
    let classifier = table.trainableSize - classifierKernel
    return
      (tensors + projections + [classifier, stem.gradientRange.count, head.gradientRange.count]
      + blocks.flatMap { block in
        [block.expand, block.depthwise, block.project].compactMap { $0?.gradientRange.count }
      }).max() ?? 0
  }

  init(_ architecture: Architecture) {
    var table = ParameterTable()
    func normalization(_ name: String, _ channels: Int) -> NormalizationPlace {
      NormalizationPlace(
        channels: channels,
        gamma: table.append(name, "gamma", [channels], .gamma),
        beta: table.append(name, "beta", [channels], .beta),
        movingMean: table.append(name, "moving_mean", [channels], .movingMean),
        movingVariance: table.append(name, "moving_variance", [channels], .movingVariance))
    }
    func convolution(_ name: String, _ shape: [Int]) -> Int {
      table.append(name, "kernel", shape, .convolution)
    }

    stemKernel = convolution(
      "stem_conv", [3, 3, architecture.inputChannels, architecture.stemChannels])
    stem = normalization("stem_bn", architecture.stemChannels)
    blocks = architecture.blocks.map { block in
      let name = block.name
      let wide = block.expandedChannels
      var expandKernel = 0
      var expand: NormalizationPlace?
      if block.isExpanding {
        expandKernel = convolution("\(name)_expand_conv", [1, 1, block.inputChannels, wide])
        expand = normalization("\(name)_expand_bn", wide)
      }
      let depthwiseKernel = table.append(
        "\(name)_dwconv", "depthwise_kernel",
        [block.geometry.kernel, block.geometry.kernel, wide, 1], .depthwise)
      let depthwise = normalization("\(name)_bn", wide)
      var (reduceKernel, reduceBias, expandSqueezeKernel, expandSqueezeBias) = (0, 0, 0, 0)
      if let squeezed = block.squeezedChannels {
        reduceKernel = convolution("\(name)_se_reduce", [1, 1, wide, squeezed])
        reduceBias = table.append("\(name)_se_reduce", "bias", [squeezed], .bias)
        expandSqueezeKernel = convolution("\(name)_se_expand", [1, 1, squeezed, wide])
        expandSqueezeBias = table.append("\(name)_se_expand", "bias", [wide], .bias)
      }
      let projectKernel = convolution("\(name)_project_conv", [1, 1, wide, block.outputChannels])
      let project = normalization("\(name)_project_bn", block.outputChannels)
      return BlockPlaces(
        expandKernel: expandKernel, expand: expand, depthwiseKernel: depthwiseKernel,
        depthwise: depthwise, reduceKernel: reduceKernel, reduceBias: reduceBias,
        expandSqueezeKernel: expandSqueezeKernel, expandSqueezeBias: expandSqueezeBias,
        projectKernel: projectKernel, project: project)
    }
    let last = architecture.stages[architecture.stages.count - 1].channels
    headKernel = convolution("top_conv", [1, 1, last, architecture.headChannels])
    head = normalization("top_bn", architecture.headChannels)
    classifierKernel = table.append(
      ParameterTable.classifierLayer, "kernel", [architecture.headChannels, architecture.classes],
      .dense)
    classifierBias = table.append(
      ParameterTable.classifierLayer, "bias", [architecture.classes], .bias)
    self.table = table
  }
}

extension Architecture {
  /// The network's tensors and their places.
  public var parameterTable: ParameterTable { ParameterPlaces(self).table }
}
