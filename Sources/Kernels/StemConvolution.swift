import Tensors

/// The first convolution: few input channels, so that the inputs of one output fit in registers.
///
/// Weights are `[k, k, Cin, Cout]`, images `[H, W, Cin]` without padding. A band of k padded input
/// rows makes one row of outputs.
public struct StemConvolution: Sendable {
  /// Sizes of the convolution.
  public let geometry: ConvolutionGeometry
  /// Channels of the image and of the output.
  public let inputChannels, channels: Int

  /// Plans the convolution of images with `inputChannels` channels.
  public init(geometry: ConvolutionGeometry, inputChannels: Int, channels: Int) {
    self.geometry = geometry
    self.inputChannels = inputChannels
    self.channels = channels
  }

  /// Inputs of one output: `k·k·Cin`.
  public var patchSize: Int { geometry.kernel * geometry.kernel * inputChannels }

  private var run: Int { geometry.kernel * inputChannels }
  private var rowSize: Int { channelStride(geometry.paddedWidth * inputChannels) }
  private var blocks: Int { channelStride(channels) / vectorWidth }

  /// Floats of scratch that forward and backward need.
  public var scratchSize: Int {
    geometry.kernel * rowSize + (2 * blocks * patchSize + geometry.outWidth) * vectorWidth
  }

  private struct Scratch {
    /// `[k, paddedWidth, Cin]`.
    let rows: UnsafeMutablePointer<Float>
    /// Weights `[C/16, k·k·Cin, 16]`.
    let panels: UnsafeMutablePointer<Float>
    /// Weight gradients `[C/16, k·k·Cin, 16]`.
    let products: UnsafeMutablePointer<Float>
    /// Gradient of one row of outputs, `[W′, 16]`.
    let gradient: UnsafeMutablePointer<Float>

    init(_ c: StemConvolution, at start: UnsafeMutablePointer<Float>) {
      rows = start
      panels = rows + c.geometry.kernel * c.rowSize
      products = panels + c.blocks * c.patchSize * vectorWidth
      gradient = products + c.blocks * c.patchSize * vectorWidth
    }
  }

  /// Copies the input rows of output row `out`, with zeros around the image.
  private func fill(
    _ rows: UnsafeMutablePointer<Float>, _ image: UnsafePointer<Float>, forRow out: Int
  ) {
    let g = geometry
    let width = g.width * inputChannels
    let left = g.padLeft * inputChannels
    for ky in 0..<g.kernel {
      let target = rows + ky * rowSize
      let row = out * g.stride + ky - g.padTop
      target.update(repeating: 0, count: rowSize)
      guard row >= 0 && row < g.height else { continue }
      (target + left).update(from: image + row * width, count: width)
    }
  }

  /// Convolves `images` images and adds their outputs to the moments.
  ///
  /// - Parameters:
  ///   - x: `[images, H, W, Cin]`.
  ///   - y: Raw outputs in planes, `[images, C/16, H′·W′, 16]`. Written.
  ///   - moments: Of the output channels, see ``ChannelMoments``; nil in evaluation. Added to.
  ///   - scratch: ``scratchSize`` floats.
  public func forward(
    _ x: UnsafePointer<Float>, images: Int, weights: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>, moments: UnsafeMutablePointer<Double>?,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let scratch = Scratch(self, at: scratch)
    PixelProduct.pack(weights, rows: patchSize, columns: channels, into: scratch.panels)
    for image in 0..<images {
      let source = x + image * g.height * g.width * inputChannels
      for out in 0..<g.outHeight {
        fill(scratch.rows, source, forRow: out)
        for block in 0..<blocks {
          let target =
            y + ((image * blocks + block) * g.outputs + out * g.outWidth) * vectorWidth
          PixelProduct.multiply(
            scratch.rows, step: g.stride * inputChannels, count: g.outWidth,
            PixelProduct.Depth(count: patchSize, step: 1, run: run, runStep: rowSize),
            .matrix(scratch.panels + block * patchSize * vectorWidth, columns: vectorWidth),
            columns: vectorWidth, into: .rows(target, channels: vectorWidth), adding: false)
          if let moments {
            ChannelMoments.accumulateBlock(
              into: moments, channels: channels, firstChannel: block * vectorWidth, target,
              step: vectorWidth, count: g.outWidth)
          }
        }
        if let moments { moments[0] += Double(g.outWidth) }
      }
    }
  }

  /// Computes the gradient of the weights over `images` images.
  ///
  /// - Parameters:
  ///   - x: `[images, H, W, Cin]`.
  ///   - dz: Gradient of the normalised output, planes like `y`.
  ///   - y: Raw outputs in planes.
  ///   - coefficients: Of the batch normalisation: dy = a·dz + b·y + c.
  ///   - weightGradient: `[k, k, Cin, C]`. Written.
  ///   - scratch: ``scratchSize`` floats.
  public func backward(
    _ x: UnsafePointer<Float>, images: Int, dz: UnsafePointer<Float>, y: UnsafePointer<Float>,
    _ coefficients: BatchNormalization.GradientCoefficients,
    into weightGradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let scratch = Scratch(self, at: scratch)
    let panel = patchSize * vectorWidth
    scratch.products.update(repeating: 0, count: blocks * panel)
    for image in 0..<images {
      let source = x + image * g.height * g.width * inputChannels
      for out in 0..<g.outHeight {
        fill(scratch.rows, source, forRow: out)
        for block in 0..<blocks {
          let (a, b, c) = (
            coefficients.a.vector(block * vectorWidth), coefficients.b.vector(block * vectorWidth),
            coefficients.c.vector(block * vectorWidth)
          )
          let offset = ((image * blocks + block) * g.outputs + out * g.outWidth) * vectorWidth
          for column in 0..<g.outWidth {
            let i = column &* vectorWidth
            scratch.gradient.store(
              c.addingProduct(b, y.vector(offset &+ i)).addingProduct(a, dz.vector(offset &+ i)), i)
          }
          for ky in 0..<g.kernel {
            PixelProduct.multiplyTransposed(
              .matrix(scratch.rows + ky * rowSize, columns: g.stride * inputChannels), rows: run,
              .rows(scratch.gradient, channels: vectorWidth), columns: vectorWidth,
              count: g.outWidth, into: scratch.products + block * panel + ky * run * vectorWidth,
              adding: true)
          }
        }
      }
    }
    for block in 0..<blocks {
      let first = block * vectorWidth
      for row in 0..<patchSize {
        (weightGradient + row * channels + first).update(
          from: scratch.products + block * panel + row * vectorWidth,
          count: min(vectorWidth, channels - first))
      }
    }
  }
}
