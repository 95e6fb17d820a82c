import Kernels
import Tensors

/// The first convolution, 3×3 over the image.
final class Stem {
  /// Raw output `[N, H, W, C]`.
  let raw: FloatBuffer
  let normalization: NormalizationLayer
  private let convolution: StemConvolution
  private let channels: Int
  private let activation: Activation
  private let kernel: Int

  init(_ architecture: Architecture, places: ParameterPlaces, layout: BatchLayout) {
    convolution = StemConvolution(
      geometry: architecture.stemGeometry, inputChannels: architecture.inputChannels)
    channels = architecture.stemChannels
    activation = architecture.activation
    kernel = places.stemKernel
    raw = FloatBuffer(
      count: layout.capacity * convolution.geometry.outputs * channelStride(channels))
    normalization = NormalizationLayer(
      channels: channels, place: places.stem, epsilon: architecture.batchNormEpsilon,
      layout: layout)
  }

  private var stride: Int { channelStride(channels) }
  private var pixels: Int { convolution.geometry.outputs }
  private var imageSize: Int {
    convolution.geometry.height * convolution.geometry.width * convolution.inputChannels
  }

  func require(_ sizes: inout Workspace.Sizes, images: Int) {
    sizes.narrowTile = max(sizes.narrowTile, GEMM.tileRows * convolution.patchStride)
    sizes.inputGradient = max(sizes.inputGradient, images * pixels * stride)
  }

  func forward(_ work: Workspace, images: UnsafePointer<Float>) throws(ExchangeError) {
    try work.normalize(normalization) { microBatch in
      forEachPatchTile(work, microBatch, images) { row, count, patches in
        let target = raw.start + row * stride
        // [rows, 9·Cin] · [9·Cin, C]
        GEMM.multiply(
          m: count, n: channels, k: convolution.patchSize, patches, convolution.patchStride,
          work.weights + kernel, channels, into: target, stride)
        if let moments = work.moments(of: normalization, microBatch) {
          ChannelMoments.accumulate(into: moments, channels: channels, target, rows: count)
        }
      }
    }
  }

  /// Writes `count` activated rows from row `first` of a micro-batch.
  func writeOutput(
    _ microBatch: MicroBatch, _ first: Int, _ count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    NormalizedActivation.apply(
      raw.start + (microBatch.firstImage * pixels + first) * stride, rows: count,
      channels: channels, normalization.normalization(microBatch), activation, into: target)
  }

  /// Computes the kernel's gradient from that of the normalised output, `work.inputGradient`.
  func backward(_ work: Workspace, _ gradients: GradientTree, images: UnsafePointer<Float>) {
    let size = convolution.patchSize * channels
    for microBatch in work.microBatches {
      gradients.accumulate(kernel..<kernel + channelStride(size), microBatch) { gradient in
        var isFirst = true
        forEachPatchTile(work, microBatch, images) { row, count, patches in
          let draw = work.inputGradient.start + row * stride
          BatchNormalization.inputGradient(
            draw, raw.start + row * stride, rows: count, channels: channels,
            normalization.gradientCoefficients(microBatch), into: draw)
          // [rows, 9·Cin]ᵀ · [rows, C]
          GEMM.multiplyTransposed(
            m: convolution.patchSize, n: channels, k: count, patches, convolution.patchStride,
            draw, stride, into: gradient + kernel, channels, accumulating: !isFirst)
          isFirst = false
        }
      }
    }
  }

  /// Calls `body` with the patches of each tile and the tile's first row among all local images.
  private func forEachPatchTile(
    _ work: Workspace, _ microBatch: MicroBatch, _ images: UnsafePointer<Float>,
    _ body: (_ row: Int, _ count: Int, _ patches: UnsafePointer<Float>) -> Void
  ) {
    let patches = work.narrowTile.start
    forEachTile(of: microBatch.imageCount * pixels) { first, count in
      forEachImage(ofRows: first, count, pixels: pixels) { image, row, count in
        let inImage = row - image * pixels
        convolution.gather(
          images + (microBatch.firstImage + image) * imageSize,
          outputs: inImage..<inImage + count,
          into: patches + (row - first) * convolution.patchStride)
      }
      body(microBatch.firstImage * pixels + first, count, patches)
    }
  }
}
