/// Depthwise convolution in plain loops and doubles, without padding of any kind: what the fast
/// version is checked against. Arrays are `[H, W, C]` and `[k, k, C]`, dense.
package enum DepthwiseReference {
  /// The output `[H′, W′, C]` of an input `[H, W, C]`.
  package static func forward(
    _ x: [Double], weights: [Double], _ g: ConvolutionGeometry, channels: Int
  ) -> [Double] {
    var y = [Double](repeating: 0, count: g.outHeight * g.outWidth * channels)
    visit(g, channels) { input, output, weight in y[output] += x[input] * weights[weight] }
    return y
  }

  /// The gradient of the input, `[H, W, C]`.
  package static func inputGradient(
    _ dy: [Double], weights: [Double], _ g: ConvolutionGeometry, channels: Int
  ) -> [Double] {
    var dx = [Double](repeating: 0, count: g.height * g.width * channels)
    visit(g, channels) { input, output, weight in dx[input] += dy[output] * weights[weight] }
    return dx
  }

  /// The gradient of the weights, `[k, k, C]`.
  package static func weightGradient(
    _ dy: [Double], _ x: [Double], _ g: ConvolutionGeometry, channels: Int
  ) -> [Double] {
    var dw = [Double](repeating: 0, count: g.kernel * g.kernel * channels)
    visit(g, channels) { input, output, weight in dw[weight] += dy[output] * x[input] }
    return dw
  }

  /// Calls `body` with the indices of every (input, output, weight) that meet.
  private static func visit(
    _ g: ConvolutionGeometry, _ channels: Int, _ body: (Int, Int, Int) -> Void
  ) {
    for oy in 0..<g.outHeight {
      for ox in 0..<g.outWidth {
        for ky in 0..<g.kernel {
          for kx in 0..<g.kernel {
            let y = oy * g.stride + ky - g.padTop
            let x = ox * g.stride + kx - g.padLeft
            guard (0..<g.height).contains(y), (0..<g.width).contains(x) else { continue }
            for c in 0..<channels {
              body(
                (y * g.width + x) * channels + c, (oy * g.outWidth + ox) * channels + c,
                (ky * g.kernel + kx) * channels + c)
            }
          }
        }
      }
    }
  }
}
