/// Sizes of a convolution with TensorFlow's SAME padding.
///
///     outHeight = ⌈height / stride⌉,  total padding = max((outHeight − 1)·stride + kernel − height, 0)
///
/// Half of the padding, rounded down, goes before; the odd pixel goes after.
public struct ConvolutionGeometry: Sendable, Equatable {
  /// Input height and width in pixels.
  public let height, width: Int
  /// Side of the square kernel: 1, 3 or 5.
  public let kernel: Int
  /// Step between outputs: 1 or 2.
  public let stride: Int

  /// Output height and width in pixels.
  public let outHeight, outWidth: Int
  /// Rows of zeros above the image, and columns left of it.
  public let padTop, padLeft: Int

  /// Describes a convolution over images of `height × width`.
  public init(height: Int, width: Int, kernel: Int, stride: Int) {
    precondition(height > 0 && width > 0, "an image of \(height) × \(width) cannot be convolved")
    precondition([1, 3, 5].contains(kernel), "kernels are 1, 3 or 5 wide, not \(kernel)")
    precondition(stride == 1 || stride == 2, "strides are 1 or 2, not \(stride)")
    self.height = height
    self.width = width
    self.kernel = kernel
    self.stride = stride
    outHeight = (height + stride - 1) / stride
    outWidth = (width + stride - 1) / stride
    padTop = max((outHeight - 1) * stride + kernel - height, 0) / 2
    padLeft = max((outWidth - 1) * stride + kernel - width, 0) / 2
    paddedWidth = (outWidth - 1) * stride + kernel
    gradientMargin = (kernel - 1) / stride
    gradientRows = max((height - 1 + padTop) / stride + 1, outHeight)
    gradientColumns = max((width - 1 + padLeft) / stride + 1, outWidth)
  }

  /// Output pixels.
  public var outputs: Int { outHeight * outWidth }

  /// Width of the input with the padding that its outputs touch.
  let paddedWidth: Int
  /// Zero rows above, and columns left of, the output gradient, so that every tap of an input
  /// pixel's gradient exists.
  let gradientMargin: Int
  /// Rows and columns of the output gradient that reach an input pixel, beyond the outputs where
  /// only padding does.
  let gradientRows, gradientColumns: Int

  /// Whether a tap at `offset` of the kernel meets any of `size` inputs from any of `outputs`.
  private func meets(offset: Int, size: Int, outputs: Int, padding: Int) -> Bool {
    (0..<outputs).contains { (0..<size).contains($0 * stride + offset - padding) }
  }

  /// Rows and columns of the kernel that meet more than padding: images may be smaller than
  /// kernels.
  var kernelRows: Range<Int> {
    let rows = (0..<kernel).filter {
      meets(offset: $0, size: height, outputs: outHeight, padding: padTop)
    }
    return rows[0]..<rows[rows.count - 1] + 1
  }
  var kernelColumns: Range<Int> {
    let columns = (0..<kernel).filter {
      meets(offset: $0, size: width, outputs: outWidth, padding: padLeft)
    }
    return columns[0]..<columns[columns.count - 1] + 1
  }
}
