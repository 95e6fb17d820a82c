import Tensors

/// A convolution whose outputs see all channels of k×k pixels, over one image at a time.
///
/// Nothing is unrolled in memory: a band of k padded input rows, `[k, paddedWidth, Cin]`, holds the
/// inputs of one row of outputs, and those of an output are k runs of k·Cin floats in it. So a row
/// of outputs is one product whose depth is cut into runs, see ``PixelProduct``. Rows of 3×3 pixels
/// with stride 1 take fewer products, see ``WinogradConvolution``.
///
/// Weights are `[k, k, Cin, C]`.
public struct StandardConvolution: Sendable {
  /// Sizes of the convolution.
  public let geometry: ConvolutionGeometry
  /// Channels of input and output.
  public let inputChannels, channels: Int
  /// Floats from one input pixel to the next.
  let inputStep: Int
  /// Rows of output gradients that are kept in a band.
  let bandRows: Int
  let gradientPhases: [GradientPhase]
  /// For outputs and for the gradient of the input, where tiles take fewer products.
  let winograd: (outputs: WinogradConvolution, inputGradient: WinogradConvolution)?

  /// The taps that reach input pixels of one parity, and those pixels.
  struct GradientPhase {
    /// Kernel rows and columns, from the last to the first.
    let kernelRows, kernelColumns: [Int]
    /// First column of the input, and their number.
    let column, count: Int
    /// First column of the output gradient that the first of these meets, with the margin.
    let gradientColumn: Int
    /// Where its weights begin among ``transposedPanels``.
    let panels: Int
  }

  /// Plans a convolution.
  ///
  /// - Parameters:
  ///   - inputStep: Floats from one input pixel to the next: `inputChannels` for images, the
  ///     channel stride for rows.
  ///   - bandBytes: Output gradients that are kept at a time without tiles, as far as an image has
  ///     more than one row. The default is a quarter of a 1 MiB cache of the second level.
  public init(
    geometry: ConvolutionGeometry, inputChannels: Int, channels: Int, inputStep: Int,
    bandBytes: Int = 256 << 10
  ) {
    precondition(geometry.kernel > 1, "a kernel of 1 × 1 is a product")
    self.geometry = geometry
    self.inputChannels = inputChannels
    self.channels = channels
    self.inputStep = inputStep
    let g = geometry
    let rowBytes =
      (g.gradientMargin + g.gradientColumns) * channelStride(channels) * MemoryLayout<Float>.stride
    bandRows = min(max(bandBytes / rowBytes, 1), g.gradientRows)
    gradientPhases = Self.gradientPhases(
      of: g, panelSize: channelStride(inputChannels) * channelStride(channels))
    let hasTiles = g.kernel == 3 && g.stride == 1 && inputStep == channelStride(inputChannels)
    winograd =
      hasTiles
      ? (
        WinogradConvolution(
          height: g.height, width: g.width, depth: inputChannels, columns: channels),
        WinogradConvolution(
          height: g.height, width: g.width, depth: channels, columns: inputChannels)
      ) : nil
  }

  /// For each parity of padded row and column, the taps that reach an input pixel of that parity.
  ///
  /// Output (oy, ox) reads padded input (oy·s + ky, ox·s + kx). So padded input (p, q) gets its
  /// gradient from the taps for which p − ky and q − kx are multiples of s, at output
  /// (p − ky)/s, (q − kx)/s: the last tap meets the first output.
  private static func gradientPhases(
    of g: ConvolutionGeometry, panelSize: Int
  ) -> [GradientPhase] {
    var phases: [GradientPhase] = []
    var taps = 0
    func kernel(_ parity: Int) -> [Int] {
      stride(from: parity, to: g.kernel, by: g.stride).reversed()
    }
    for rowParity in 0..<g.stride {
      for parity in 0..<g.stride {
        let (rows, columns) = (kernel(rowParity), kernel(parity))
        let column = (parity + g.stride - g.padLeft % g.stride) % g.stride
        phases.append(
          GradientPhase(
            kernelRows: rows, kernelColumns: columns, column: column,
            count: max(0, (g.width - column + g.stride - 1) / g.stride),
            gradientColumn: (column + g.padLeft) / g.stride + g.gradientMargin - columns.count + 1,
            panels: taps * panelSize))
        taps += rows.count * columns.count
      }
    }
    return phases
  }

  /// Inputs of one output: `k·k·Cin`.
  public var patchSize: Int { geometry.kernel * geometry.kernel * inputChannels }

  /// Inputs of one output that lie in one row, and from one row of the band to the next.
  var run: Int { geometry.kernel * inputChannels }
  var bandRow: Int { channelStride(geometry.paddedWidth * inputChannels) }

  /// Floats of the weights as forward reads them.
  public var panelsSize: Int {
    winograd?.outputs.panelsSize ?? patchSize * channelStride(channels)
  }

  /// Arranges the weights for forward: panels `[C/16, k·k·Cin, 16]`, or transformed ones.
  public func pack(_ weights: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>) {
    if let winograd { return winograd.outputs.pack(weights, into: panels) }
    PixelProduct.pack(weights, rows: patchSize, columns: channels, into: panels)
  }

  /// Floats of the weights as the input's gradient reads them.
  public var transposedPanelsSize: Int {
    winograd?.inputGradient.panelsSize
      ?? geometry.kernel * geometry.kernel * channelStride(inputChannels) * channelStride(channels)
  }

  /// Floats of scratch that forward needs.
  public var forwardScratchSize: Int {
    guard let (outputs, _) = winograd else { return geometry.kernel * bandRow }
    return outputs.bandSize + outputs.scratchSize
  }

  /// Floats of scratch that forward and backward need.
  public var scratchSize: Int {
    if let (outputs, inputGradient) = winograd {
      return outputs.bandSize + inputGradient.bandSize + transformedSize
        + max(outputs.scratchSize, outputs.gradientScratchSize, inputGradient.scratchSize)
    }
    let g = geometry
    return g.kernel * bandRow
      + (g.gradientMargin + bandRows) * (g.gradientMargin + g.gradientColumns)
      * channelStride(channels)
  }

  /// Copies the input rows of output row `out`, with zeros around the image.
  func fill(
    _ band: UnsafeMutablePointer<Float>, _ image: UnsafePointer<Float>, forRow out: Int
  ) {
    let g = geometry
    for ky in 0..<g.kernel {
      let target = band + ky * bandRow
      let row = out * g.stride + ky - g.padTop
      guard row >= 0 && row < g.height else {
        target.update(repeating: 0, count: bandRow)
        continue
      }
      let left = g.padLeft * inputChannels
      let size = g.width * inputChannels
      target.update(repeating: 0, count: left)
      (target + left + size).update(repeating: 0, count: bandRow - left - size)
      let source = image + row * g.width * inputStep
      if inputStep == inputChannels {
        (target + left).update(from: source, count: size)
      } else {
        copy(source, to: target + left)
      }
    }
  }

  /// Copies a row of pixels without their padding.
  private func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let whole = inputChannels & ~(vectorWidth - 1)
    for column in 0..<geometry.width {
      let (from, to) = (source + column &* inputStep, target + column &* inputChannels)
      for c in stride(from: 0, to: whole, by: vectorWidth) { to.store(from.vector(c), c) }
      for c in whole..<inputChannels { to[c] = from[c] }
    }
  }

  /// Convolves an image and adds its outputs to the moments.
  ///
  /// - Parameters:
  ///   - x: `[H, W, Cin]`, pixels ``init(geometry:inputChannels:channels:inputStep:bandBytes:)``'s
  ///     step apart.
  ///   - panels: Filled by ``pack(_:into:)``.
  ///   - y: Raw outputs, `[H′·W′, C]`. Written.
  ///   - moments: Of the output channels, see ``ChannelMoments``; nil in evaluation. Added to.
  ///   - scratch: ``forwardScratchSize`` floats.
  public func forward(
    _ x: UnsafePointer<Float>, panels: UnsafePointer<Float>, into y: Pixels,
    moments: UnsafeMutablePointer<Double>?, scratch: UnsafeMutablePointer<Float>
  ) {
    if let winograd {
      return forward(
        winograd.outputs, x, panels: panels, into: y, moments: moments, scratch: scratch)
    }
    let g = geometry
    for out in 0..<g.outHeight {
      fill(scratch, x, forRow: out)
      let target = y.dropping(out * g.outWidth)
      PixelProduct.multiply(
        scratch, step: g.stride * inputChannels, count: g.outWidth,
        PixelProduct.Depth(count: patchSize, step: 1, run: run, runStep: bandRow),
        .panels(panels, depth: patchSize), columns: channels, into: target, adding: false)
      guard let moments else { continue }
      ChannelMoments.accumulate(into: moments, channels: channels, target, count: g.outWidth)
    }
  }
}
