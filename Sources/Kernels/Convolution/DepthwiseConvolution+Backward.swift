import Tensors

extension DepthwiseConvolution {
  /// The gradient of the output: what is behind its batch normalisation, and its coefficients.
  public struct OutputGradient {
    let dz, y: UnsafePointer<Float>
    let coefficients: BatchNormalization.GradientCoefficients

    /// - Parameters:
    ///   - dz: Gradient of the output's normalised value, planes `[C/16, H′·W′, 16]`.
    ///   - y: Raw output, like `dz`.
    ///   - coefficients: The gradient of the raw output is a·dz + b·y + c.
    public init(
      dz: UnsafePointer<Float>, y: UnsafePointer<Float>,
      _ coefficients: BatchNormalization.GradientCoefficients
    ) {
      self.dz = dz
      self.y = y
      self.coefficients = coefficients
    }
  }

  /// Where the gradient of a stored input goes.
  public struct InputGradient {
    let dx: Pixels
    let skip: Pixels?
    let sums: GradientSums.Target?

    /// - Parameters:
    ///   - dx: Gradient of the *normalised* input, `[H·W, C]`. Written; may be `skip`.
    ///   - skip: Gradient that reached the activated input on another way, `[H·W, C]`.
    ///   - sums: Of the input's batch normalisation; nil for an input that is read as it is.
    public init(_ dx: Pixels, skip: Pixels? = nil, sums: GradientSums.Target?) {
      self.dx = dx
      self.skip = skip
      self.sums = sums
    }
  }

  /// Computes the gradients of one image with respect to input and weights.
  ///
  /// - Parameters:
  ///   - x: Input of the image.
  ///   - weightGradient: `[k, k, C]`, channels padded to the stride. Added to.
  ///   - scratch: ``scratchSize`` floats.
  public func backward(
    _ output: OutputGradient, _ x: NormalizedPixels, into gradient: InputGradient,
    weights: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    backward(
      StoredInput(x, width: geometry.width, channels: channels, gradient: gradient),
      x.activation, output, weights, weightGradient, scratch)
  }

  /// Computes the gradients of one image of an expansion that is made again on the way.
  ///
  /// - Parameter gradient: Where the expansion's gradients go.
  public func backward(
    _ output: OutputGradient, _ x: ExpandedPixels, into gradient: Expansion.Gradient,
    weights: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    backward(
      ExpandedInput(x, width: geometry.width, gradient: gradient), x.activation, output, weights,
      weightGradient, scratch)
  }

  private func backward<Input: DepthwiseInput>(
    _ input: Input, _ activation: Activation, _ output: OutputGradient,
    _ weights: UnsafePointer<Float>, _ weightGradient: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    taps.withUnsafeBufferPointer { taps in
      gradientPhases.withUnsafeBufferPointer { phases in
        let phases = Phases(phases: phases, taps: taps)
        switch activation {
        case .identity:
          backward(Identity.self, input, output, phases, weights, weightGradient, scratch)
        case .swish:
          backward(Swish.self, input, output, phases, weights, weightGradient, scratch)
        case .relu6:
          backward(ReLU6.self, input, output, phases, weights, weightGradient, scratch)
        }
      }
    }
  }

  @inline(__always)
  private func backward<A: VectorActivation, Input: DepthwiseInput>(
    _: A.Type, _ input: Input, _ output: OutputGradient, _ phases: Phases,
    _ weights: UnsafePointer<Float>, _ weightGradient: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    var input = input
    let g = geometry
    let scratch = Scratch(self, at: scratch)
    let rowSize = g.paddedWidth * vectorWidth
    let gradientRow = (g.gradientMargin + g.gradientColumns) * vectorWidth
    let shared = g.kernel - g.stride
    scratch.clearInput(self)
    scratch.clearGradient(self)
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      input.select(first)
      gather(weights, first, into: scratch.weights)
      for tap in 0..<g.kernel * g.kernel {
        scratch.flippedWeights.store(
          scratch.weights.vector((g.kernel * g.kernel - 1 - tap) * vectorWidth), tap * vectorWidth)
      }
      scratch.weightGradient.update(repeating: 0, count: g.kernel * g.kernel * vectorWidth)
      for start in stride(from: 0, to: g.gradientRows, by: bandRows) {
        let end = min(start + bandRows, g.gradientRows)
        let firstRow = start * g.stride
        var row = firstRow
        if start > 0 {
          let from = bandRows &* g.stride &* rowSize
          scratch.plane.update(from: scratch.plane + from, count: shared &* rowSize)
          scratch.slopes.update(from: scratch.slopes + from, count: shared &* rowSize)
          scratch.gradient.update(
            from: scratch.gradient + bandRows &* gradientRow,
            count: g.gradientMargin &* gradientRow)
          row += shared
        } else if isBanded {
          scratch.gradient.update(repeating: 0, count: g.gradientMargin &* gradientRow)
        }
        while row < (end - 1) * g.stride + g.kernel {
          let offset = (row - firstRow) &* rowSize
          fill(
            A.self, input, row: row, scratch.plane + offset, slopes: scratch.slopes + offset,
            spare: scratch.row)
          row += 1
        }
        let band = scratch.gradient + g.gradientMargin &* gradientRow
        for out in start..<end {
          fill(output, first, row: out, band + (out - start) &* gradientRow)
        }
        let outputs = band + g.gradientMargin &* vectorWidth
        let outputRows = max(min(end, g.outHeight) - start, 0)
        for ky in kernelRows {
          let source = scratch.plane + ky &* rowSize
          let target = scratch.weightGradient + ky &* g.kernel &* vectorWidth
          // A constant step lets neighbouring columns share what they load.
          if g.stride == 1 {
            DepthwisePlane.addWeightGradient(
              outputs, dyRow: gradientRow, source, sourceRow: rowSize, sourceStep: vectorWidth,
              rows: outputRows, columns: g.outWidth, kernel: g.kernel, to: target)
          } else {
            DepthwisePlane.addWeightGradient(
              outputs, dyRow: gradientRow, source, sourceRow: 2 &* rowSize,
              sourceStep: 2 &* vectorWidth, rows: outputRows, columns: g.outWidth,
              kernel: g.kernel, to: target)
          }
        }
        let top = max(firstRow, g.padTop)
        for row in top..<max(min(end * g.stride, g.padTop + g.height), top) {
          differentiateRow(row, band + (row / g.stride - start) &* gradientRow, phases, scratch)
          input.take(
            scratch.row,
            slopes: scratch.slopes + (row - firstRow) &* rowSize + g.padLeft &* vectorWidth,
            row: row - g.padTop)
        }
      }
      input.finish()
      for tap in 0..<g.kernel * g.kernel {
        let target = weightGradient + tap * channelStride(channels) + first
        target.store(target.vector(0) + scratch.weightGradient.vector(tap * vectorWidth), 0)
      }
    }
  }

  /// Writes one row of activated inputs and of slopes, but for its margins.
  @inline(__always)
  private func fill<A: VectorActivation, Input: DepthwiseInput>(
    _: A.Type, _ input: Input, row: Int, _ target: UnsafeMutablePointer<Float>,
    slopes: UnsafeMutablePointer<Float>, spare: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    guard row >= g.padTop && row < g.padTop + g.height else {
      guard isBanded else { return }
      return target.update(repeating: 0, count: g.paddedWidth &* vectorWidth)
    }
    let inside = target + g.padLeft &* vectorWidth
    let slope = slopes + g.padLeft &* vectorWidth
    let (scale, shift) = (input.scale, input.shift)
    let pixels = input.pixels(ofRow: row - g.padTop, spare: spare)
    let step = input.step
    for column in 0..<g.width {
      pixels.prefetch(column &* step)
      let v = A.valueAndSlope(shift.addingProduct(scale, pixels.vector(column &* step)))
      inside.store(v.value, column &* vectorWidth)
      slope.store(v.slope, column &* vectorWidth)
    }
  }

  /// Writes one row of the gradient of the raw output, but for its margins.
  @inline(__always)
  private func fill(
    _ output: OutputGradient, _ first: Int, row: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    guard row < g.outHeight else {
      guard isBanded else { return }
      return target.update(
        repeating: 0, count: (g.gradientMargin + g.gradientColumns) &* vectorWidth)
    }
    let inside = target + g.gradientMargin &* vectorWidth
    let a = output.coefficients.a.vector(first)
    let b = output.coefficients.b.vector(first)
    let c = output.coefficients.c.vector(first)
    let offset = first &* g.outputs + row &* g.outWidth &* vectorWidth
    let (dz, y) = (output.dz + offset, output.y + offset)
    for column in 0..<g.outWidth {
      let i = column &* vectorWidth
      y.prefetch(i)
      dz.prefetch(i)
      inside.store(c.addingProduct(b, y.vector(i)).addingProduct(a, dz.vector(i)), i)
    }
  }

  /// The gradient phases and their taps, in place.
  private struct Phases {
    let phases: UnsafeBufferPointer<GradientPhase>
    let taps: UnsafeBufferPointer<DepthwisePlane.Tap>
  }

  /// Computes the gradient of the padded input's row `row`.
  ///
  /// - Parameter gradient: The row of the output gradient that its first tap reads.
  @inline(__always)
  private func differentiateRow(
    _ row: Int, _ gradient: UnsafePointer<Float>, _ phases: Phases, _ scratch: Scratch
  ) {
    let s = geometry.stride
    if isDense {
      // The taps in reverse: from the last kernel row's output to the first's.
      let columns = geometry.gradientMargin + geometry.gradientColumns
      let last = geometry.gradientMargin &* (columns + 1) &* vectorWidth
      return DepthwisePlane.denseRow(
        gradient + phases.phases[0].offset - last, sourceRow: columns &* vectorWidth,
        scratch.flippedWeights, kernel: geometry.kernel, scratch.row, count: geometry.width,
        spare: scratch.spare)
    }
    for parity in 0..<s {
      let phase = phases.phases[row % s &* s &+ parity]
      DepthwisePlane.row(
        gradient + phase.offset, vectorWidth, scratch.weights,
        UnsafeBufferPointer(rebasing: phases.taps[phase.taps]),
        scratch.row + phase.column &* vectorWidth, s &* vectorWidth, count: phase.count,
        spare: scratch.spare)
    }
  }
}
