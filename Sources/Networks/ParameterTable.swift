import Tensors

/// The tensors of a network in forward order, with Keras' layer names and layouts, and their places
/// in two arenas: what the optimizer trains, and the running statistics of batch normalisation.
///
/// Layouts: convolution `[k, k, Cin, Cout]`, depthwise `[k, k, C, 1]`, dense `[in, out]`. Because
/// the order is that of the forward pass, the gradients that backward finishes are always one range
/// at the end of the arena. Every tensor starts at a multiple of 16 floats; gaps stay zero.
public struct ParameterTable: Sendable, Equatable {
  /// What a tensor is, which decides its initial value and its weight decay.
  public enum Kind: Sendable, Equatable {
    case convolution, depthwise, dense, bias, gamma, beta, movingMean, movingVariance

    /// Whether the optimizer trains it.
    public var isTrainable: Bool { self != .movingMean && self != .movingVariance }
    /// Whether it belongs to a batch normalisation; those are not decayed.
    public var isNormalization: Bool { self == .gamma || self == .beta || !isTrainable }
  }

  /// One tensor.
  public struct Tensor: Sendable, Equatable {
    /// Keras' layer name, such as `block2b_expand_conv`.
    public let layer: String
    /// Keras' variable name, such as `kernel`.
    public let name: String
    /// Dimensions in Keras' order.
    public let shape: [Int]
    /// What it is.
    public let kind: Kind
    /// First float in its arena: the trained one, or that of the statistics.
    public let offset: Int

    /// Number of values.
    public var count: Int { shape.reduce(1, *) }
    /// Place in its arena.
    public var range: Range<Int> { offset..<offset + count }
    /// `layer/name`.
    public var path: String { "\(layer)/\(name)" }
  }

  /// Trainable tensors in arena order.
  public private(set) var trainable: [Tensor] = []
  /// Running statistics in arena order.
  public private(set) var statistics: [Tensor] = []
  /// Floats of the trained arena, gaps included; a multiple of 16.
  public private(set) var trainableSize = 0
  /// Floats of the statistics' arena.
  public private(set) var statisticsSize = 0

  /// Number of trainable parameters.
  public var parameterCount: Int { trainable.reduce(0) { $0 + $1.count } }

  /// Layer names in graph order, each with its tensors: trainable first, as Keras orders them.
  public var layers: [(name: String, tensors: [Tensor])] {
    var result: [(name: String, tensors: [Tensor])] = []
    var running = statistics[...]
    for tensor in trainable {
      if result.last?.name != tensor.layer { result.append((tensor.layer, [])) }
      result[result.count - 1].tensors.append(tensor)
      guard tensor.kind == .beta else { continue }
      result[result.count - 1].tensors += running.prefix(2)
      running = running.dropFirst(2)
    }
    return result
  }

  mutating func append(
    _ layer: String, _ name: String, _ shape: [Int], _ kind: Kind
  ) -> Int {
    let offset = kind.isTrainable ? trainableSize : statisticsSize
    let tensor = Tensor(layer: layer, name: name, shape: shape, kind: kind, offset: offset)
    if kind.isTrainable {
      trainable.append(tensor)
      trainableSize += channelStride(tensor.count)
    } else {
      statistics.append(tensor)
      statisticsSize += channelStride(tensor.count)
    }
    return offset
  }
}

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
      "predictions", "kernel", [architecture.headChannels, architecture.classes], .dense)
    classifierBias = table.append("predictions", "bias", [architecture.classes], .bias)
    self.table = table
  }
}

extension Architecture {
  /// The network's tensors and their places.
  public var parameterTable: ParameterTable { ParameterPlaces(self).table }
}
