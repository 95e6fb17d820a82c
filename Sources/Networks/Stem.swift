import Kernels
import Tensors

/// The first convolution, 3×3 over the image.
final class Stem {
  /// Raw output, planes `[N, C/16, H·W, 16]`.
  let raw: FloatBuffer
  let normalization: NormalizationLayer
  private let convolution: StemConvolution
  private let activation: Activation
  private let kernel: Int

  init(
    _ architecture: Architecture, places: ParameterPlaces, layout: BatchLayout, isFrozen: Bool
  ) {
    convolution = StemConvolution(
      geometry: architecture.stemGeometry, inputChannels: architecture.inputChannels,
      channels: architecture.stemChannels)
    activation = architecture.activation
    kernel = places.stemKernel
    raw = FloatBuffer(
      count: layout.capacity * convolution.geometry.outputs
        * channelStride(architecture.stemChannels))
    normalization = NormalizationLayer(
      channels: architecture.stemChannels, place: places.stem,
      epsilon: architecture.batchNormEpsilon, layout: layout, isFrozen: isFrozen)
  }

  /// Whether it is left as it is.
  var isFrozen: Bool { normalization.isFrozen }
  private var channels: Int { convolution.channels }
  private var pixels: Int { convolution.geometry.outputs }
  private var imageSize: Int {
    convolution.geometry.height * convolution.geometry.width * convolution.inputChannels
  }

  /// Floats of an image's output.
  private var outputSize: Int { pixels * channelStride(channels) }
  /// Multiply-adds of an image.
  private var products: Int { pixels * convolution.patchSize * channels }

  /// The raw output of an image.
  func output(_ image: Int) -> Pixels {
    .planes(raw.start + image * pixels * channelStride(channels), pixels: pixels)
  }

  func require(_ sizes: inout Workspace.Sizes, images: Int) {
    sizes.scratch = max(sizes.scratch, convolution.scratchSize)
    sizes.inputGradient = max(sizes.inputGradient, images * pixels * channelStride(channels))
  }

  func forward(_ work: Workspace, images: UnsafePointer<Float>) throws(ExchangeError) {
    try work.normalize(normalization, of: .stem) { microBatch in
      convolution.forward(
        images + microBatch.firstImage * imageSize, images: microBatch.imageCount,
        weights: work.weights + kernel, into: output(microBatch.firstImage).start,
        moments: normalization.moments(microBatch), scratch: work.scratch.start)
      work.lap(
        .stem, .forward, .stem, read: microBatch.imageCount * imageSize,
        written: microBatch.imageCount * outputSize,
        multiplyAdds: microBatch.imageCount * products)
    }
  }

  /// Writes `count` activated rows from row `first` of a micro-batch.
  func writeOutput(
    _ microBatch: MicroBatch, _ first: Int, _ count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    forEachImage(ofRows: first, count, pixels: pixels) { image, row, count in
      NormalizedActivation.apply(
        output(microBatch.firstImage + image).dropping(row - image * pixels), count: count,
        channels: channels, normalization.normalization(microBatch), activation,
        into: .rows(target + (row - first) * channelStride(channels), channels: channels))
    }
  }

  /// Computes the kernel's gradient from that of the normalised output, `work.inputGradient`.
  func backward(_ work: Workspace, _ gradients: GradientTree, images: UnsafePointer<Float>) {
    let size = convolution.patchSize * channels
    for microBatch in work.microBatches {
      let range = kernel..<kernel + channelStride(size)
      work.accumulate(gradients, range, of: .stem, microBatch) { gradient in
        let output = output(microBatch.firstImage).start
        convolution.backward(
          images + microBatch.firstImage * imageSize, images: microBatch.imageCount,
          dz: work.inputGradient.start + (output - raw.start), y: output,
          normalization.gradientCoefficients(microBatch), into: gradient + kernel,
          scratch: work.scratch.start)
        work.lap(
          .stem, .backward, .stem, read: microBatch.imageCount * (imageSize + 2 * outputSize),
          multiplyAdds: microBatch.imageCount * products)
      }
    }
  }
}
