/// A standard convolution in plain loops and doubles. Arrays are `[H, W, Cin]`, `[k, k, Cin, C]`
/// and `[H′, W′, C]`, dense, of one image.
package enum StandardConvolutionReference {
  /// The output of an image.
  package static func forward(
    _ x: [Double], weights: [Double], _ g: ConvolutionGeometry, inputChannels: Int, channels: Int
  ) -> [Double] {
    var y = [Double](repeating: 0, count: g.outputs * channels)
    visit(g, inputChannels) { pixel, output, row in
      for c in 0..<channels { y[output * channels + c] += x[pixel] * weights[row * channels + c] }
    }
    return y
  }

  /// The gradient of the weights.
  package static func weightGradient(
    _ dy: [Double], _ x: [Double], _ g: ConvolutionGeometry, inputChannels: Int, channels: Int
  ) -> [Double] {
    var dw = [Double](repeating: 0, count: g.kernel * g.kernel * inputChannels * channels)
    visit(g, inputChannels) { pixel, output, row in
      for c in 0..<channels { dw[row * channels + c] += x[pixel] * dy[output * channels + c] }
    }
    return dw
  }

  /// The gradient of the input.
  package static func inputGradient(
    _ dy: [Double], weights: [Double], _ g: ConvolutionGeometry, inputChannels: Int, channels: Int
  ) -> [Double] {
    var dx = [Double](repeating: 0, count: g.height * g.width * inputChannels)
    visit(g, inputChannels) { pixel, output, row in
      for c in 0..<channels { dx[pixel] += dy[output * channels + c] * weights[row * channels + c] }
    }
    return dx
  }

  /// Calls `body` with the indices of every (input, output pixel, weight row) that meet.
  private static func visit(
    _ g: ConvolutionGeometry, _ inputChannels: Int, _ body: (Int, Int, Int) -> Void
  ) {
    for output in 0..<g.outputs {
      for tap in 0..<g.kernel * g.kernel {
        let y = output / g.outWidth * g.stride + tap / g.kernel - g.padTop
        let x = output % g.outWidth * g.stride + tap % g.kernel - g.padLeft
        guard (0..<g.height).contains(y), (0..<g.width).contains(x) else { continue }
        for c in 0..<inputChannels {
          body((y * g.width + x) * inputChannels + c, output, tap * inputChannels + c)
        }
      }
    }
  }
}
