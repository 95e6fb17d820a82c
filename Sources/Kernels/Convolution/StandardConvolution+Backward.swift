import Tensors

extension StandardConvolution {
  /// The gradient of the output: what is behind its batch normalisation, and its coefficients.
  public struct OutputGradient {
    let dz, y: Pixels
    let coefficients: BatchNormalization.GradientCoefficients

    /// - Parameters:
    ///   - dz: Gradient of the output's normalised value, `[H′·W′, C]`.
    ///   - y: Raw output, like `dz`.
    ///   - coefficients: The gradient of the raw output is a·dz + b·y + c.
    public init(
      dz: Pixels, y: Pixels, _ coefficients: BatchNormalization.GradientCoefficients
    ) {
      self.dz = dz
      self.y = y
      self.coefficients = coefficients
    }
  }

  /// Where the gradient of the input goes.
  public struct InputGradient {
    let panels: UnsafePointer<Float>
    let dx: UnsafeMutablePointer<Float>
    let isAdding: Bool

    /// - Parameters:
    ///   - panels: Filled by ``StandardConvolution/packTransposed(_:into:)``.
    ///   - dx: Rows `[H·W, Cin]`. Written, or added to.
    ///   - isAdding: Whether `dx` holds a gradient already.
    public init(
      panels: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, isAdding: Bool
    ) {
      self.panels = panels
      self.dx = dx
      self.isAdding = isAdding
    }
  }

  /// Arranges the weights for the gradient of the input: for each phase panels `[Cin/16,
  /// rows·columns·C, 16]`, the taps from the last to the first, with zeros for the channels that
  /// are missing; or transformed ones.
  public func packTransposed(
    _ weights: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>
  ) {
    if let winograd { return winograd.inputGradient.packTransposed(weights, into: panels) }
    let wide = channelStride(channels)
    panels.update(repeating: 0, count: transposedPanelsSize)
    for phase in gradientPhases {
      let depth = phase.kernelRows.count * phase.kernelColumns.count * wide
      var position = 0
      for ky in phase.kernelRows {
        for kx in phase.kernelColumns {
          let tap = weights + (ky * geometry.kernel + kx) * inputChannels * channels
          for input in 0..<inputChannels {
            let target =
              panels + phase.panels + input / vectorWidth * depth * vectorWidth
              + position * vectorWidth + input % vectorWidth
            for c in 0..<channels { target[c &* vectorWidth] = tap[input &* channels &+ c] }
          }
          position += wide
        }
      }
    }
  }

  /// Computes the gradients of one image with respect to weights and input.
  ///
  /// - Parameters:
  ///   - x: Input of the image, as in ``forward(_:panels:into:moments:scratch:)``.
  ///   - input: Where its gradient goes; nil where nobody asks for it.
  ///   - weightGradient: `[k, k, Cin, C]`. Written, or added to.
  ///   - isAdding: Whether `weightGradient` holds a gradient already.
  ///   - scratch: ``scratchSize`` floats.
  public func backward(
    _ output: OutputGradient, _ x: UnsafePointer<Float>, into input: InputGradient?,
    weightGradient: UnsafeMutablePointer<Float>, isAdding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if let winograd {
      return backward(
        winograd, output, x, into: input, weightGradient: weightGradient, isAdding: isAdding,
        scratch: scratch)
    }
    let g = geometry
    let wide = channelStride(channels)
    let gradientRow = (g.gradientMargin + g.gradientColumns) * wide
    let gradients = scratch + g.kernel * bandRow
    let band = gradients + g.gradientMargin * gradientRow
    gradients.update(repeating: 0, count: g.gradientMargin * gradientRow)
    for start in stride(from: 0, to: g.gradientRows, by: bandRows) {
      let end = min(start + bandRows, g.gradientRows)
      if start > 0 {
        gradients.update(
          from: gradients + bandRows * gradientRow, count: g.gradientMargin * gradientRow)
      }
      for out in start..<end {
        let row = band + (out - start) * gradientRow
        fill(row, output, row: out)
        guard out < g.outHeight else { continue }
        fill(scratch, x, forRow: out)
        for ky in 0..<g.kernel {
          PixelProduct.multiplyTransposed(
            .matrix(scratch + ky * bandRow, columns: g.stride * inputChannels), rows: run,
            .rows(row + g.gradientMargin * wide, channels: channels), columns: channels,
            count: g.outWidth, into: weightGradient + ky * run * channels,
            adding: isAdding || out > 0)
        }
      }
      guard let input else { continue }
      let top = max(start * g.stride, g.padTop)
      for row in top..<max(min(end * g.stride, g.padTop + g.height), top) {
        differentiateRow(
          row, band + (row / g.stride - start) * gradientRow, gradientRow, into: input)
      }
    }
  }

  /// Writes one row of the gradient of the raw output, with zeros around the image.
  private func fill(
    _ target: UnsafeMutablePointer<Float>, _ output: OutputGradient, row: Int
  ) {
    let g = geometry
    let wide = channelStride(channels)
    guard row < g.outHeight else {
      return target.update(
        repeating: 0, count: (g.gradientMargin + g.gradientColumns) * wide)
    }
    let inside = target + g.gradientMargin * wide
    target.update(repeating: 0, count: g.gradientMargin * wide)
    (inside + g.outWidth * wide).update(
      repeating: 0, count: (g.gradientColumns - g.outWidth) * wide)
    let first = row * g.outWidth
    BatchNormalization.inputGradient(
      output.dz.dropping(first), output.y.dropping(first), count: g.outWidth, channels: channels,
      output.coefficients, into: .rows(inside, channels: channels))
  }

  /// Computes the gradient of the padded input's row `row`.
  ///
  /// - Parameter gradient: The row of the output gradient that the first tap of its phase meets.
  private func differentiateRow(
    _ row: Int, _ gradient: UnsafePointer<Float>, _ gradientRow: Int, into input: InputGradient
  ) {
    let (g, wide, narrow) = (geometry, channelStride(channels), channelStride(inputChannels))
    let dx = input.dx + (row - g.padTop) * g.width * narrow
    for parity in 0..<g.stride {
      let phase = gradientPhases[row % g.stride * g.stride + parity]
      let depth = phase.kernelRows.count * phase.kernelColumns.count * wide
      PixelProduct.multiply(
        gradient - (phase.kernelRows.count - 1) * gradientRow + phase.gradientColumn * wide,
        step: wide, count: phase.count,
        PixelProduct.Depth(
          count: depth, step: 1, run: phase.kernelColumns.count * wide, runStep: gradientRow),
        .panels(input.panels + phase.panels, depth: depth), columns: inputChannels,
        into: .rows(dx + phase.column * narrow, channels: inputChannels).every(g.stride),
        adding: input.isAdding)
    }
  }
}
