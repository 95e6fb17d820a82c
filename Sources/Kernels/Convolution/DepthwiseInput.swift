import Tensors

/// What a depthwise convolution reads and hands its gradient to, 16 channels at a time.
protocol DepthwiseInput {
  var width: Int { get }

  /// Turns to the 16 channels from `firstChannel` on.
  mutating func select(_ firstChannel: Int)

  /// Scale and shift of the selected channels.
  var scale: Vector { get }
  var shift: Vector { get }

  /// Floats from one pixel of a row to the next.
  var step: Int { get }

  /// The raw values of a row, which may be made in `spare`, `[W, 16]`.
  func pixels(ofRow row: Int, spare: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>

  /// Takes the gradient of a row of the activated input, `[W, 16]`, which it may overwrite.
  ///
  /// - Parameter slopes: Slopes of the activation, `[W, 16]`.
  mutating func take(
    _ gradient: UnsafeMutablePointer<Float>, slopes: UnsafePointer<Float>, row: Int)

  /// Ends the gradient of the selected channels.
  mutating func finish()
}

/// An input that is stored: raw outputs of the convolution in front.
struct StoredInput: DepthwiseInput {
  let x: NormalizedPixels
  let width: Int
  /// What the gradient needs; nil going forward.
  let gradient: DepthwiseConvolution.InputGradient?
  let channels: Int

  private var first = 0
  private var block: UnsafePointer<Float>
  private var sum = Vector.zero
  private var product = Vector.zero

  init(
    _ x: NormalizedPixels, width: Int, channels: Int,
    gradient: DepthwiseConvolution.InputGradient? = nil
  ) {
    self.x = x
    self.width = width
    self.channels = channels
    self.gradient = gradient
    block = UnsafePointer(x.pixels.start)
  }

  @inline(__always)
  mutating func select(_ firstChannel: Int) {
    first = firstChannel
    block = UnsafePointer(x.pixels.block(firstChannel))
    sum = .zero
    product = .zero
  }

  @inline(__always)
  var scale: Vector { x.scale(first) }

  @inline(__always)
  var shift: Vector { x.shift(first) }

  @inline(__always)
  var step: Int { x.pixels.step }

  @inline(__always)
  func pixels(ofRow row: Int, spare: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    block + row &* width &* x.pixels.step
  }

  @inline(__always)
  mutating func take(
    _ gradient: UnsafeMutablePointer<Float>, slopes: UnsafePointer<Float>, row: Int
  ) {
    guard let own = self.gradient else { return }
    let mean = own.sums?.mean.vector(first) ?? .zero
    let step = x.pixels.step
    let source = block + row &* width &* step
    let target = own.dx.block(first) + row &* width &* own.dx.step
    let skip = own.skip.map { $0.block(first) + row &* width &* $0.step }
    let skipStep = own.skip?.step ?? 0
    var (rowSum, rowProduct) = (Vector.zero, Vector.zero)
    for column in 0..<width {
      var d = gradient.vector(column &* vectorWidth)
      if let skip { d += skip.vector(column &* skipStep) }
      d *= slopes.vector(column &* vectorWidth)
      target.prefetchForWriting(column &* own.dx.step)
      target.store(d, column &* own.dx.step)
      rowSum += d
      rowProduct.addProduct(d, source.vector(column &* step) - mean)
    }
    sum += rowSum
    product += rowProduct
  }

  @inline(__always)
  mutating func finish() {
    gradient?.sums?.add(sum, product, channels: channels, firstChannel: first)
  }
}
