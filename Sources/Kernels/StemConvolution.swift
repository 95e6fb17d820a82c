import Tensors

/// The first convolution: few input channels, a 3×3 kernel, as a product of patches and weights.
///
/// A patch is the `k·k·Cin` inputs of one output pixel in the order of the weights
/// `[k, k, Cin, Cout]`; zero outside the image.
public struct StemConvolution: Sendable {
  /// Sizes of the convolution.
  public let geometry: ConvolutionGeometry
  /// Channels of the image.
  public let inputChannels: Int

  /// Plans the convolution of images with `inputChannels` channels, stored without padding.
  public init(geometry: ConvolutionGeometry, inputChannels: Int) {
    self.geometry = geometry
    self.inputChannels = inputChannels
  }

  /// Inputs of one output: `k·k·Cin`.
  public var patchSize: Int { geometry.kernel * geometry.kernel * inputChannels }

  /// Floats from one patch to the next.
  public var patchStride: Int { channelStride(patchSize) }

  /// Writes the patches of the outputs `range` (row-major pixel index) of one image.
  ///
  /// - Parameters:
  ///   - image: `[H, W, Cin]`.
  ///   - patches: `[range.count, k·k·Cin]`, rows ``patchStride`` apart. Written.
  public func gather(
    _ image: UnsafePointer<Float>, outputs range: Range<Int>,
    into patches: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let run = g.kernel * inputChannels
    for (position, output) in range.enumerated() {
      let patch = patches + position &* patchStride
      let (outY, outX) = output.quotientAndRemainder(dividingBy: g.outWidth)
      let left = outX * g.stride - g.padLeft
      let firstColumn = max(0, -left)
      let endColumn = min(g.kernel, g.width - left)
      for ky in 0..<g.kernel {
        let y = outY * g.stride + ky - g.padTop
        let target = patch + ky * run
        guard y >= 0 && y < g.height else {
          for i in 0..<run { target[i] = 0 }
          continue
        }
        for i in 0..<firstColumn * inputChannels { target[i] = 0 }
        let source = image + (y * g.width + left) * inputChannels
        for i in firstColumn * inputChannels..<endColumn * inputChannels { target[i] = source[i] }
        for i in endColumn * inputChannels..<run { target[i] = 0 }
      }
    }
  }
}
