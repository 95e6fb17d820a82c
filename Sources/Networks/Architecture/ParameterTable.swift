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
    /// Whether it belongs to the classifier, the end of the table.
    public var isClassifier: Bool { layer == ParameterTable.classifierLayer }
  }

  /// Keras' name of the classifier.
  static let classifierLayer = "predictions"

  /// Whose names the layers have.
  public let family: StageTable.Family
  /// Trainable tensors in arena order.
  public private(set) var trainable: [Tensor] = []
  /// Running statistics in arena order.
  public private(set) var statistics: [Tensor] = []
  /// Floats of the trained arena, gaps included; a multiple of 16.
  public private(set) var trainableSize = 0
  /// Floats of the statistics' arena.
  public private(set) var statisticsSize = 0

  init(_ family: StageTable.Family) { self.family = family }

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
