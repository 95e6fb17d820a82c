import Tensors

extension DepthwiseConvolution {
  /// Convolves one image and adds its outputs to the moments.
  ///
  /// - Parameters:
  ///   - x: Input of the image, `[H, W, C]`.
  ///   - weights: `[k, k, C]`.
  ///   - y: Raw output in planes, `[C/16, H′·W′, 16]`. Written.
  ///   - moments: Of the output channels, see ``ChannelMoments``; nil in evaluation. Added to.
  ///   - scratch: ``scratchSize`` floats.
  public func forward(
    _ x: NormalizedPixels, weights: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    moments: UnsafeMutablePointer<Double>?, scratch: UnsafeMutablePointer<Float>
  ) {
    forward(
      StoredInput(x, width: geometry.width, channels: channels), x.activation, weights, y, moments,
      scratch)
  }

  /// Convolves one image of an expansion that is made on the way.
  public func forward(
    _ x: ExpandedPixels, weights: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    moments: UnsafeMutablePointer<Double>?, scratch: UnsafeMutablePointer<Float>
  ) {
    forward(
      ExpandedInput(x, width: geometry.width), x.activation, weights, y, moments, scratch)
  }

  private func forward<Input: DepthwiseInput>(
    _ input: Input, _ activation: Activation, _ weights: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, _ moments: UnsafeMutablePointer<Double>?,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .identity: forward(Identity.self, input, weights, y, moments, scratch)
    case .swish: forward(Swish.self, input, weights, y, moments, scratch)
    case .relu6: forward(ReLU6.self, input, weights, y, moments, scratch)
    }
  }

  @inline(__always)
  private func forward<A: VectorActivation, Input: DepthwiseInput>(
    _: A.Type, _ input: Input, _ weights: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    _ moments: UnsafeMutablePointer<Double>?, _ scratch: UnsafeMutablePointer<Float>
  ) {
    var input = input
    let g = geometry
    let scratch = Scratch(self, at: scratch)
    let rowSize = g.paddedWidth * vectorWidth
    let shared = g.kernel - g.stride
    scratch.clearInput(self)
    taps.withUnsafeBufferPointer { taps in
      let taps = UnsafeBufferPointer(rebasing: taps[..<outputTaps])
      for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
        input.select(first)
        gather(weights, first, into: scratch.weights)
        let output = y + first &* g.outputs
        for start in stride(from: 0, to: g.outHeight, by: bandRows) {
          let end = min(start + bandRows, g.outHeight)
          let firstRow = start * g.stride
          var row = firstRow
          if start > 0 {
            scratch.plane.update(
              from: scratch.plane + bandRows &* g.stride &* rowSize, count: shared &* rowSize)
            row += shared
          }
          while row < (end - 1) * g.stride + g.kernel {
            fill(
              A.self, input, row: row, scratch.plane + (row - firstRow) &* rowSize,
              spare: scratch.row)
            row += 1
          }
          for out in start..<end {
            let target = output + out &* g.outWidth &* vectorWidth
            for column in 0..<g.outWidth { target.prefetchForWriting(column &* vectorWidth) }
            let source = scratch.plane + (out - start) &* g.stride &* rowSize
            if isDense {
              DepthwisePlane.denseRow(
                source, sourceRow: rowSize, scratch.weights, kernel: g.kernel, target,
                count: g.outWidth, spare: scratch.spare)
            } else {
              DepthwisePlane.row(
                source, g.stride &* vectorWidth, scratch.weights, taps, target, vectorWidth,
                count: g.outWidth, spare: scratch.spare)
            }
          }
          if let moments {
            let count = (end - start) * g.outWidth
            ChannelMoments.accumulateBlock(
              into: moments, counted: start * g.outWidth, channels: channels, firstChannel: first,
              output + start &* g.outWidth &* vectorWidth, step: vectorWidth, count: count)
          }
        }
      }
    }
    if let moments { moments[0] += Double(g.outputs) }
  }

  /// Writes one row of the padded plane, but for its margins.
  @inline(__always)
  private func fill<A: VectorActivation, Input: DepthwiseInput>(
    _: A.Type, _ input: Input, row: Int, _ target: UnsafeMutablePointer<Float>,
    spare: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    guard row >= g.padTop && row < g.padTop + g.height else {
      guard isBanded else { return }
      return target.update(repeating: 0, count: g.paddedWidth &* vectorWidth)
    }
    let inside = target + g.padLeft &* vectorWidth
    let (scale, shift) = (input.scale, input.shift)
    let pixels = input.pixels(ofRow: row - g.padTop, spare: spare)
    let step = input.step
    for column in 0..<g.width {
      pixels.prefetch(column &* step)
      let value = A.value(shift.addingProduct(scale, pixels.vector(column &* step)))
      inside.store(value, column &* vectorWidth)
    }
  }
}
