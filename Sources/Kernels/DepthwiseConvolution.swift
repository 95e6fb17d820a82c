import Tensors

/// Depthwise convolution over normalised, activated inputs, 16 channels of an image at a time.
///
/// The planes of 16 channels are read from the raw `[N, H, W, C]` tensor, normalised and activated
/// once on the way into a padded scratch plane, and convolved there. Weights are `[k, k, C]`.
public struct DepthwiseConvolution {
  /// Sizes of the convolution.
  public let geometry: ConvolutionGeometry
  /// Channels of input and output.
  public let channels: Int
  /// Applied to the normalised input.
  public let activation: Activation

  private let stride: Int
  private let forwardTaps: [DepthwisePlane.Tap]
  private let gradientPhases: [GradientPhase]

  /// Taps of the input gradient for rows and columns of one parity.
  private struct GradientPhase {
    let row: Int
    let column: Int
    let count: Int
    let taps: [DepthwisePlane.Tap]
  }

  /// Plans the convolution of `channels` channels.
  public init(geometry: ConvolutionGeometry, channels: Int, activation: Activation) {
    self.geometry = geometry
    self.channels = channels
    self.activation = activation
    stride = channelStride(channels)
    let g = geometry
    var taps: [DepthwisePlane.Tap] = []
    for ky in 0..<g.kernel {
      for kx in 0..<g.kernel {
        taps.append(
          DepthwisePlane.Tap(
            weight: (ky * g.kernel + kx) * vectorWidth,
            offset: (ky * g.paddedWidth + kx) * vectorWidth))
      }
    }
    forwardTaps = taps
    gradientPhases = Self.gradientPhases(of: g)
  }

  /// For each parity of row and column, the taps that reach an input pixel of that parity.
  ///
  /// Output (oy, ox) reads input (oy·s + ky − top, ox·s + kx − left); so input (iy, ix) gets a
  /// gradient from the taps for which iy + top − ky and ix + left − kx are multiples of s.
  private static func gradientPhases(of g: ConvolutionGeometry) -> [GradientPhase] {
    var phases: [GradientPhase] = []
    for row in 0..<min(g.stride, g.height) {
      for column in 0..<min(g.stride, g.width) {
        var taps: [DepthwisePlane.Tap] = []
        for ky in 0..<g.kernel where (row + g.padTop - ky) % g.stride == 0 {
          for kx in 0..<g.kernel where (column + g.padLeft - kx) % g.stride == 0 {
            let y = (row + g.padTop - ky) / g.stride + g.gradientTop
            let x = (column + g.padLeft - kx) / g.stride + g.gradientLeft
            taps.append(
              DepthwisePlane.Tap(
                weight: (ky * g.kernel + kx) * vectorWidth,
                offset: (y * g.gradientWidth + x) * vectorWidth))
          }
        }
        let count = (g.width - column + g.stride - 1) / g.stride
        phases.append(GradientPhase(row: row, column: column, count: count, taps: taps))
      }
    }
    return phases
  }

  /// Floats of scratch that ``forward`` and ``backward`` need.
  public var scratchSize: Int {
    let g = geometry
    return vectorWidth
      * (g.paddedHeight * g.paddedWidth + g.gradientHeight * g.gradientWidth
        + 2 * g.height * g.width + 2 * g.kernel * g.kernel)
  }

  /// Convolves one image and adds its outputs to the moments.
  ///
  /// - Parameters:
  ///   - x: Raw input of the image, `[H, W, C]`, read through normalisation and activation.
  ///   - weights: `[k, k, C]`.
  ///   - y: Raw output, `[H′, W′, C]`. Written.
  ///   - moments: Of the output channels, see ``ChannelMoments``; nil in evaluation. Added to.
  ///   - scratch: ``scratchSize`` floats.
  public func forward(
    _ x: UnsafePointer<Float>, _ normalization: NormalizedActivation.Normalization,
    weights: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    moments: UnsafeMutablePointer<Double>?, scratch: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .identity: forward(Identity.self, x, normalization, weights, y, moments, scratch)
    case .swish: forward(Swish.self, x, normalization, weights, y, moments, scratch)
    case .relu6: forward(ReLU6.self, x, normalization, weights, y, moments, scratch)
    }
  }

  @inline(__always)
  private func forward<A: VectorActivation>(
    _: A.Type, _ x: UnsafePointer<Float>,
    _ normalization: NormalizedActivation.Normalization, _ weights: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, _ moments: UnsafeMutablePointer<Double>?,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let (outHeight, outWidth, paddedWidth) = (g.outHeight, g.outWidth, g.paddedWidth)
    let plane = scratch
    let planeSize = g.paddedHeight * paddedWidth * vectorWidth
    let blockWeights = plane + planeSize
    // The zeros around the image stay from block to block; only the inside is written again.
    plane.update(repeating: 0, count: planeSize)
    let inside = plane + (g.padTop * paddedWidth + g.padLeft) * vectorWidth
    forwardTaps.withUnsafeBufferPointer { taps in
      for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
        gather(weights, first, into: blockWeights)
        let scale = normalization.scale.vector(first)
        let shift = normalization.shift.vector(first)
        for row in 0..<g.height {
          let source = x + row &* g.width &* stride + first
          let target = inside + row &* paddedWidth &* vectorWidth
          for column in 0..<g.width {
            let v = A.value(shift.addingProduct(scale, source.vector(column &* stride)))
            target.store(v, column &* vectorWidth)
          }
        }
        for row in 0..<outHeight {
          DepthwisePlane.row(
            plane + row &* g.stride &* paddedWidth &* vectorWidth, g.stride &* vectorWidth,
            blockWeights, taps, y + row &* outWidth &* stride + first, stride, count: outWidth)
        }
        if let moments {
          ChannelMoments.accumulateBlock(
            into: moments, channels: channels, firstChannel: first, y + first,
            rows: outHeight * outWidth, stride: stride)
        }
      }
    }
    if let moments { moments[0] += Double(outHeight * outWidth) }
  }

  /// Computes the gradients of one image with respect to input and weights.
  ///
  /// - Parameters:
  ///   - dz: Gradient of the output's normalised value, `[H′, W′, C]`.
  ///   - y: Raw output, `[H′, W′, C]`.
  ///   - coefficients: Of the output's batch normalisation: dy = a·dz + b·y + c.
  ///   - x, normalization, mean, inverseDeviation: Raw input and its batch normalisation.
  ///   - skip: Gradient that reached the activated input on another way, `[H, W, C]`, or nil.
  ///   - dx: Gradient of the *normalised* input, `[H, W, C]`. Written; may be `skip`.
  ///   - sums: Σ dx and Σ dx·x̂, see ``GradientSums``. Added to.
  ///   - weightGradient: `[k, k, C]`, channels padded to the stride. Added to.
  ///   - scratch: ``scratchSize`` floats.
  public func backward(
    _ dz: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
    _ coefficients: BatchNormalization.GradientCoefficients,
    _ x: UnsafePointer<Float>, _ normalization: NormalizedActivation.Normalization,
    mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>,
    weights: UnsafePointer<Float>, skip: UnsafePointer<Float>? = nil,
    into dx: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Double>,
    weightGradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let input = Input(
      x: x, normalization: normalization, mean: mean, inverseDeviation: inverseDeviation,
      skip: skip)
    switch activation {
    case .identity:
      backward(
        Identity.self, dz, y, coefficients, input, weights, dx, sums, weightGradient, scratch)
    case .swish:
      backward(Swish.self, dz, y, coefficients, input, weights, dx, sums, weightGradient, scratch)
    case .relu6:
      backward(ReLU6.self, dz, y, coefficients, input, weights, dx, sums, weightGradient, scratch)
    }
  }

  private struct Input {
    let x: UnsafePointer<Float>
    let normalization: NormalizedActivation.Normalization
    let mean: UnsafePointer<Float>
    let inverseDeviation: UnsafePointer<Float>
    let skip: UnsafePointer<Float>?
  }

  @inline(__always)
  private func backward<A: VectorActivation>(
    _: A.Type, _ dz: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
    _ coefficients: BatchNormalization.GradientCoefficients, _ input: Input,
    _ weights: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ sums: UnsafeMutablePointer<Double>, _ weightGradient: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let (outHeight, outWidth, paddedWidth) = (g.outHeight, g.outWidth, g.paddedWidth)
    let plane = scratch
    let planeSize = g.paddedHeight * paddedWidth * vectorWidth
    let gradientPlane = plane + planeSize
    let gradientSize = g.gradientHeight * g.gradientWidth * vectorWidth
    let slopes = gradientPlane + gradientSize
    let inputGradient = slopes + g.height * g.width * vectorWidth
    let blockWeights = inputGradient + g.height * g.width * vectorWidth
    let blockGradient = blockWeights + g.kernel * g.kernel * vectorWidth
    plane.update(repeating: 0, count: planeSize + gradientSize)
    let inside = plane + (g.padTop * paddedWidth + g.padLeft) * vectorWidth
    let insideGradient =
      gradientPlane + (g.gradientTop * g.gradientWidth + g.gradientLeft) * vectorWidth

    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      gather(weights, first, into: blockWeights)

      let scale = input.normalization.scale.vector(first)
      let shift = input.normalization.shift.vector(first)
      for row in 0..<g.height {
        let source = input.x + row &* g.width &* stride + first
        let target = inside + row &* paddedWidth &* vectorWidth
        let slope = slopes + row &* g.width &* vectorWidth
        for column in 0..<g.width {
          let v = A.valueAndSlope(shift.addingProduct(scale, source.vector(column &* stride)))
          target.store(v.value, column &* vectorWidth)
          slope.store(v.slope, column &* vectorWidth)
        }
      }

      let a = coefficients.a.vector(first)
      let b = coefficients.b.vector(first)
      let c = coefficients.c.vector(first)
      for row in 0..<outHeight {
        let offset = row &* outWidth &* stride + first
        let target = insideGradient + row &* g.gradientWidth &* vectorWidth
        for column in 0..<outWidth {
          let i = offset &+ column &* stride
          let dy = c.addingProduct(b, y.vector(i)).addingProduct(a, dz.vector(i))
          target.store(dy, column &* vectorWidth)
        }
      }

      for ky in 0..<g.kernel {
        let target = blockGradient + ky &* g.kernel &* vectorWidth
        target.update(repeating: 0, count: g.kernel * vectorWidth)
        for row in 0..<outHeight {
          DepthwisePlane.weightGradientRow(
            insideGradient + row &* g.gradientWidth &* vectorWidth,
            plane + (row &* g.stride &+ ky) &* paddedWidth &* vectorWidth,
            g.stride &* vectorWidth, count: outWidth, kernel: g.kernel, into: target)
        }
      }
      for tap in 0..<g.kernel * g.kernel {
        let target = weightGradient + tap * stride + first
        target.store(target.vector(0) + blockGradient.vector(tap * vectorWidth), 0)
      }

      for phase in gradientPhases {
        phase.taps.withUnsafeBufferPointer { taps in
          for row in Swift.stride(from: phase.row, to: g.height, by: g.stride) {
            DepthwisePlane.row(
              gradientPlane + (row / g.stride) &* g.gradientWidth &* vectorWidth, vectorWidth,
              blockWeights, taps,
              inputGradient + (row &* g.width &+ phase.column) &* vectorWidth,
              g.stride &* vectorWidth, count: phase.count)
          }
        }
      }

      let mean = input.mean.vector(first)
      var sum = Vector.zero
      var product = Vector.zero
      var i = first
      for pixel in 0..<g.height * g.width {
        var d = inputGradient.vector(pixel &* vectorWidth)
        if let skip = input.skip { d += skip.vector(i) }
        d *= slopes.vector(pixel &* vectorWidth)
        dx.store(d, i)
        sum += d
        product.addProduct(d, input.x.vector(i) - mean)
        i &+= stride
      }
      GradientSums.add(
        sum, product * input.inverseDeviation.vector(first), channels: channels,
        firstChannel: first, to: sums)
    }
  }

  /// Copies the weights of 16 channels to `[k², 16]`.
  @inline(__always)
  private func gather(
    _ weights: UnsafePointer<Float>, _ first: Int, into block: UnsafeMutablePointer<Float>
  ) {
    for tap in 0..<geometry.kernel * geometry.kernel {
      block.store(weights.vector(tap &* channels &+ first), tap &* vectorWidth)
    }
  }
}
