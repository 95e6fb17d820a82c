import Tensors

/// A pointwise expansion y = x·W that is made 16 channels at a time where it is needed, and never
/// stored.
///
/// Its weights stand in panels `[C/16, Cin, 16]`, so that a product reads them in order.
public struct Expansion {
  /// Channels of x and of y.
  public let inputChannels, channels: Int
  let panels: UnsafePointer<Float>

  /// - Parameter panels: ``panelsSize(inputChannels:channels:)`` floats, filled by ``pack``.
  public init(inputChannels: Int, channels: Int, panels: UnsafePointer<Float>) {
    self.inputChannels = inputChannels
    self.channels = channels
    self.panels = panels
  }

  /// Floats of all panels.
  public static func panelsSize(inputChannels: Int, channels: Int) -> Int {
    inputChannels * channelStride(channels)
  }

  /// Arranges weights `[Cin, C]` in panels.
  public static func pack(
    _ weights: UnsafePointer<Float>, inputChannels: Int, channels: Int,
    into panels: UnsafeMutablePointer<Float>
  ) {
    PixelProduct.pack(weights, rows: inputChannels, columns: channels, into: panels)
  }

  /// Where the gradients of an expansion go.
  ///
  /// With dz the gradient of the normalised expansion, three things are gathered in one pass:
  /// P = xᵀ·dz, Σ dz, and dx₀ = (dz·scale)·Wᵀ. What the batch normalisation takes from them follows
  /// after the exchange, see ``ExpansionGradient``.
  public struct Gradient {
    let transposedPanels: UnsafePointer<Float>
    let products: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Double>
    let dx: UnsafeMutablePointer<Float>
    let isAdding: Bool

    /// - Parameters:
    ///   - transposedPanels: Scaled weights, filled by ``packTransposed``.
    ///   - products: P, panels of ``productsSize(inputChannels:channels:)`` floats. Added to.
    ///   - sums: Σ dz, `[C]` padded to the channel stride. Added to.
    ///   - dx: dx₀ of the image, rows `[H·W, Cin]`. Written, or added to.
    ///   - isAdding: Whether `dx` holds a gradient already.
    public init(
      transposedPanels: UnsafePointer<Float>, products: UnsafeMutablePointer<Float>,
      sums: UnsafeMutablePointer<Double>, dx: UnsafeMutablePointer<Float>, isAdding: Bool
    ) {
      self.transposedPanels = transposedPanels
      self.products = products
      self.sums = sums
      self.dx = dx
      self.isAdding = isAdding
    }
  }

  /// Floats of P in panels.
  public static func productsSize(inputChannels: Int, channels: Int) -> Int {
    inputChannels * channelStride(channels)
  }

  /// Floats of the scaled weights.
  public static func transposedPanelsSize(inputChannels: Int, channels: Int) -> Int {
    channelStride(inputChannels) * channelStride(channels)
  }

  /// Arranges `scale[c]·W[i, c]` as `[C, Cin]`, both padded to the channel stride with zeros.
  public static func packTransposed(
    _ weights: UnsafePointer<Float>, scale: UnsafePointer<Float>, inputChannels: Int,
    channels: Int, into panels: UnsafeMutablePointer<Float>
  ) {
    let row = channelStride(inputChannels)
    panels.update(repeating: 0, count: row * channelStride(channels))
    for i in 0..<inputChannels {
      for c in 0..<channels { panels[c * row + i] = scale[c] * weights[i * channels + c] }
    }
  }
}

/// An expansion of an image, and what its reader applies.
public struct ExpandedPixels {
  let x: UnsafePointer<Float>
  let expansion: Expansion
  let normalization: NormalizedActivation.Normalization
  let activation: Activation

  /// - Parameter x: Input of the expansion, rows `[H·W, Cin]`.
  public init(
    expanding x: UnsafePointer<Float>, _ expansion: Expansion,
    _ normalization: NormalizedActivation.Normalization, _ activation: Activation
  ) {
    self.x = x
    self.expansion = expansion
    self.normalization = normalization
    self.activation = activation
  }
}

/// An expansion as the input of a depthwise convolution.
struct ExpandedInput: DepthwiseInput {
  let x: UnsafePointer<Float>
  let width: Int
  let expansion: Expansion
  let normalization: NormalizedActivation.Normalization
  /// What the gradient needs; nil going forward.
  let gradient: Expansion.Gradient?

  private let xStep: Int
  private var first = 0
  private var panel: UnsafePointer<Float>
  private var sum = Vector.zero

  init(_ input: ExpandedPixels, width: Int, gradient: Expansion.Gradient? = nil) {
    x = input.x
    self.width = width
    expansion = input.expansion
    normalization = input.normalization
    self.gradient = gradient
    xStep = channelStride(expansion.inputChannels)
    panel = expansion.panels
  }

  @inline(__always)
  private func input(_ row: Int) -> Pixels { .matrix(x + row &* width &* xStep, columns: xStep) }

  @inline(__always)
  mutating func select(_ firstChannel: Int) {
    first = firstChannel
    panel = expansion.panels + expansion.inputChannels &* firstChannel
    sum = .zero
  }

  @inline(__always)
  var scale: Vector { normalization.scale.vector(first) }

  @inline(__always)
  var shift: Vector { normalization.shift.vector(first) }

  @inline(__always)
  var step: Int { vectorWidth }

  @inline(__always)
  func pixels(ofRow row: Int, spare: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    PixelProduct.multiply(
      input(row), count: width, depth: expansion.inputChannels,
      .matrix(panel, columns: vectorWidth), columns: vectorWidth,
      into: .rows(spare, channels: vectorWidth))
    return UnsafePointer(spare)
  }

  @inline(__always)
  mutating func take(
    _ gradient: UnsafeMutablePointer<Float>, slopes: UnsafePointer<Float>, row: Int
  ) {
    guard let own = self.gradient else { return }
    var rowSum = Vector.zero
    for column in 0..<width {
      let d = gradient.vector(column &* vectorWidth) * slopes.vector(column &* vectorWidth)
      gradient.store(d, column &* vectorWidth)
      rowSum += d
    }
    sum += rowSum
    let dz = Pixels.rows(gradient, channels: vectorWidth)
    PixelProduct.multiplyTransposed(
      input(row), rows: expansion.inputChannels, dz, columns: vectorWidth, count: width,
      into: own.products + expansion.inputChannels &* first, adding: true)
    PixelProduct.multiply(
      dz, count: width, depth: vectorWidth,
      .matrix(own.transposedPanels + first &* xStep, columns: xStep),
      columns: expansion.inputChannels,
      into: .rows(own.dx + row &* width &* xStep, channels: expansion.inputChannels),
      adding: own.isAdding || first > 0)
  }

  @inline(__always)
  mutating func finish() {
    gradient?.sums.add(sum, first)
  }
}
