import Kernels

extension ConvolutionGeometry {
  /// Sides of the input, such as `112×112`.
  var inputText: String { "\(height)×\(width)" }
  /// Sides of the output.
  var outputText: String { "\(outHeight)×\(outWidth)" }
  /// Kernel and stride, such as `5×5 / 2`.
  var kernelText: String { "\(kernel)×\(kernel)\(stride > 1 ? " / \(stride)" : "")" }
}
