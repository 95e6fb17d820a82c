import Tensors

/// Depthwise convolution over normalised, activated inputs, 16 channels of an image at a time.
///
/// The input of 16 channels is normalised and activated once, on the way into a scratch plane with
/// its padding in place, and convolved there. Large images pass through the plane in bands of rows,
/// so that it stays in the cache; the rows that two bands share are moved, not made again.
///
/// The input is a stored tensor or an expansion that is made on the way, see ``Expansion``. Weights
/// are `[k, k, C]`.
public struct DepthwiseConvolution {
  /// Sizes of the convolution.
  public let geometry: ConvolutionGeometry
  /// Channels of input and output.
  public let channels: Int

  /// Rows of outputs in a band.
  let bandRows: Int
  /// Whether the image has more rows than a band; if not, its zeros never move.
  let isBanded: Bool
  /// Rows of the kernel that meet more than padding.
  let kernelRows: Range<Int>
  /// Whether neighbouring outputs read neighbouring inputs with all taps of the kernel.
  let isDense: Bool
  /// Those of the output, then those of each gradient phase.
  let taps: [DepthwisePlane.Tap]
  let outputTaps: Int
  let gradientPhases: [GradientPhase]

  /// Taps of the input gradient for rows and columns of one parity.
  struct GradientPhase {
    /// First column of the input.
    let column: Int
    /// Where its taps meet the row of the output gradient, in floats.
    let offset: Int
    /// Columns of the input.
    let count: Int
    let taps: Range<Int>
  }

  /// Plans the convolution of `channels` channels.
  ///
  /// - Parameter bandBytes: Size of a scratch plane, of which backward needs three. The default is
  ///   an eighth of a 1 MiB cache of the second level.
  public init(geometry: ConvolutionGeometry, channels: Int, bandBytes: Int = 128 << 10) {
    precondition(geometry.kernel > 1, "a depthwise kernel of 1 × 1 is a factor a channel")
    self.geometry = geometry
    self.channels = channels
    let g = geometry
    let rowBytes = g.paddedWidth * vectorWidth * MemoryLayout<Float>.stride
    bandRows = min(max(bandBytes / rowBytes / g.stride, 1), g.gradientRows)
    isBanded = bandRows < g.gradientRows
    kernelRows = g.kernelRows
    var taps: [DepthwisePlane.Tap] = []
    for ky in g.kernelRows {
      for kx in g.kernelColumns {
        taps.append(
          DepthwisePlane.Tap(
            weight: (ky * g.kernel + kx) * vectorWidth,
            offset: (ky * g.paddedWidth + kx) * vectorWidth))
      }
    }
    outputTaps = taps.count
    isDense = g.stride == 1 && taps.count == g.kernel * g.kernel
    gradientPhases = Self.appendGradientPhases(of: g, to: &taps)
    self.taps = taps
  }

  /// For each parity of padded row and column, the taps that reach an input pixel of that parity.
  ///
  /// Output (oy, ox) reads padded input (oy·s + ky, ox·s + kx). So padded input (p, q) gets its
  /// gradient from the taps for which p − ky and q − kx are multiples of s, at output
  /// (p − ky)/s, (q − kx)/s.
  private static func appendGradientPhases(
    of g: ConvolutionGeometry, to taps: inout [DepthwisePlane.Tap]
  ) -> [GradientPhase] {
    let row = g.gradientMargin + g.gradientColumns
    var phases: [GradientPhase] = []
    for rowParity in 0..<g.stride {
      for parity in 0..<g.stride {
        let firstTap = taps.count
        for ky in stride(from: rowParity, to: g.kernel, by: g.stride)
        where g.kernelRows.contains(ky) {
          for kx in stride(from: parity, to: g.kernel, by: g.stride)
          where g.kernelColumns.contains(kx) {
            let (up, left) = ((ky - rowParity) / g.stride, (kx - parity) / g.stride)
            taps.append(
              DepthwisePlane.Tap(
                weight: (ky * g.kernel + kx) * vectorWidth, offset: -(up * row + left) * vectorWidth
              ))
          }
        }
        let column = (parity + g.stride - g.padLeft % g.stride) % g.stride
        phases.append(
          GradientPhase(
            column: column,
            offset: ((column + g.padLeft) / g.stride + g.gradientMargin) * vectorWidth,
            count: max(0, (g.width - column + g.stride - 1) / g.stride),
            taps: firstTap..<taps.count))
      }
    }
    return phases
  }

  /// Floats of scratch that forward and backward need.
  public var scratchSize: Int { Scratch.size(self) }

  /// The parts of the scratch memory.
  struct Scratch {
    /// Activated input and its slopes, `[bandRows·s + k − s, paddedWidth, 16]`.
    let plane, slopes: UnsafeMutablePointer<Float>
    /// Gradient of the output, `[margin + bandRows, margin + gradientColumns, 16]`.
    let gradient: UnsafeMutablePointer<Float>
    /// One row of input gradients.
    let row: UnsafeMutablePointer<Float>
    /// `[k², 16]`.
    let weights, weightGradient: UnsafeMutablePointer<Float>
    /// Weights from the last to the first: the kernel of the input's gradient.
    let flippedWeights: UnsafeMutablePointer<Float>
    /// Eight vectors.
    let spare: UnsafeMutablePointer<Float>

    private static func sizes(_ c: DepthwiseConvolution) -> (plane: Int, gradient: Int) {
      let g = c.geometry
      let rows = c.bandRows * g.stride + g.kernel - g.stride
      return (
        rows * g.paddedWidth * vectorWidth + DepthwisePlane.slack(stride: g.stride),
        (g.gradientMargin + c.bandRows) * (g.gradientMargin + g.gradientColumns) * vectorWidth
          + DepthwisePlane.slack(stride: 1)
      )
    }

    static func size(_ c: DepthwiseConvolution) -> Int {
      let (plane, gradient) = sizes(c)
      let g = c.geometry
      return 2 * plane + gradient + (g.width + 3 * g.kernel * g.kernel + 8) * vectorWidth
    }

    init(_ c: DepthwiseConvolution, at start: UnsafeMutablePointer<Float>) {
      let (planeSize, gradientSize) = Self.sizes(c)
      let g = c.geometry
      plane = start
      slopes = plane + planeSize
      gradient = slopes + planeSize
      row = gradient + gradientSize
      weights = row + g.width * vectorWidth
      weightGradient = weights + g.kernel * g.kernel * vectorWidth
      flippedWeights = weightGradient + g.kernel * g.kernel * vectorWidth
      spare = flippedWeights + g.kernel * g.kernel * vectorWidth
    }
  }

  /// Copies the weights of 16 channels to `[k², 16]`.
  @inline(__always)
  func gather(
    _ weights: UnsafePointer<Float>, _ first: Int, into block: UnsafeMutablePointer<Float>
  ) {
    for tap in 0..<geometry.kernel * geometry.kernel {
      block.store(weights.vector(tap &* channels &+ first), tap &* vectorWidth)
    }
  }
}

extension DepthwiseConvolution.Scratch {
  /// Writes the zeros around the image to the activated input. Rows of the image never touch those
  /// left and right, so that once an image is enough; those above and below move with the bands.
  func clearInput(_ c: DepthwiseConvolution) {
    let g = c.geometry
    let rows = c.bandRows * g.stride + g.kernel - g.stride
    plane.update(repeating: 0, count: rows * g.paddedWidth * vectorWidth)
  }

  /// Writes the zeros around the output gradient.
  func clearGradient(_ c: DepthwiseConvolution) {
    let g = c.geometry
    let (rows, columns) = (
      g.gradientMargin + c.bandRows, g.gradientMargin + g.gradientColumns
    )
    gradient.update(repeating: 0, count: rows * columns * vectorWidth)
  }
}
