/// Sizes of a depthwise or strided convolution with TensorFlow's SAME padding.
///
///     outHeight = ⌈height / stride⌉,  total padding = max((outHeight − 1)·stride + kernel − height, 0)
///
/// Half of the padding, rounded down, goes before; the odd pixel goes after.
public struct ConvolutionGeometry: Sendable, Equatable {
  /// Input height and width in pixels.
  public let height, width: Int
  /// Side of the square kernel: 3 or 5.
  public let kernel: Int
  /// Step between outputs: 1 or 2.
  public let stride: Int

  /// Describes a convolution over images of `height × width`.
  public init(height: Int, width: Int, kernel: Int, stride: Int) {
    precondition(height > 0 && width > 0, "an image of \(height) × \(width) cannot be convolved")
    precondition(kernel == 3 || kernel == 5, "kernels are 3 or 5 wide, not \(kernel)")
    precondition(stride == 1 || stride == 2, "strides are 1 or 2, not \(stride)")
    self.height = height
    self.width = width
    self.kernel = kernel
    self.stride = stride
  }

  /// Output height in pixels.
  public var outHeight: Int { (height + stride - 1) / stride }
  /// Output width in pixels.
  public var outWidth: Int { (width + stride - 1) / stride }
  /// Rows of zeros above the image.
  public var padTop: Int { max((outHeight - 1) * stride + kernel - height, 0) / 2 }
  /// Columns of zeros left of the image.
  public var padLeft: Int { max((outWidth - 1) * stride + kernel - width, 0) / 2 }
  /// Output pixels.
  public var outputs: Int { outHeight * outWidth }
}

extension ConvolutionGeometry {
  /// Width of the input with the padding that its outputs touch.
  var paddedWidth: Int { (outWidth - 1) * stride + kernel }

  /// Zero rows above, and columns left of, the output gradient, so that every tap of an input
  /// pixel's gradient exists.
  var gradientMargin: Int { (kernel - 1) / stride }
  /// Rows and columns of the output gradient that reach an input pixel, beyond the outputs where
  /// only padding does.
  var gradientRows: Int { max((height - 1 + padTop) / stride + 1, outHeight) }
  var gradientColumns: Int { max((width - 1 + padLeft) / stride + 1, outWidth) }
}
