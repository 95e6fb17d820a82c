import Kernels
import Tensors

/// The first convolution, over the images themselves.
final class StemLayer: Layer {
  let normalization: NormalizationLayer
  let sourceNormalization: NormalizationLayer? = nil
  private let images: FloatBuffer
  private let output: RawOutput
  private let convolution: StemConvolution
  private let places: ConvolutionPlaces

  /// - Parameter images: `[N, H, W, Cin]` without channel padding.
  init(
    _ shape: Convolution, _ places: ConvolutionPlaces, images: FloatBuffer, output: RawOutput,
    _ work: Workspace
  ) {
    self.images = images
    self.output = output
    self.places = places
    normalization = output.normalization
    convolution = StemConvolution(
      geometry: shape.geometry, inputChannels: shape.inputChannels, channels: shape.channels)
    work.scratch.require(convolution.scratchSize)
  }

  private var imageSize: Int { convolution.geometry.inputs * convolution.inputChannels }
  private var products: Int {
    convolution.geometry.outputs * convolution.patchSize * convolution.channels
  }

  func forward(_ work: Workspace, _ run: ImageRun) {
    convolution.forward(
      images.start + run.firstImage * imageSize, images: run.imageCount,
      weights: work.weights.start + places.kernel, into: output.raw(run.firstImage).start,
      moments: normalization.moments(run), scratch: work.scratch.start)
    work.measured(
      .stem, .forward, .stem, read: run.imageCount * imageSize,
      written: run.imageCount * output.imageSize, multiplyAdds: run.imageCount * products)
  }

  func backward(_ pass: TrainingPass, _ run: ImageRun) {
    let work = pass.work
    pass.accumulate(places.range, at: .stem, run) { gradient in
      convolution.backward(
        images.start + run.firstImage * imageSize, images: run.imageCount,
        dz: output.normalizedGradient(run.firstImage).start, y: output.raw(run.firstImage).start,
        normalization.gradientCoefficients(run), into: gradient + places.kernel,
        scratch: work.scratch.start)
      work.measured(
        .stem, .backward, .stem, read: run.imageCount * (imageSize + 2 * output.imageSize),
        multiplyAdds: run.imageCount * products)
      pass.progress()
    }
  }
}
