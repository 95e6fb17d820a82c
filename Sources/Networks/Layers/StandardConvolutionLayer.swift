import Kernels
import Tensors

/// A k×k convolution over all channels: the stem, a fused expansion, or a block by itself.
final class StandardConvolutionLayer: Layer {
  /// What it reads.
  enum Input {
    /// Images `[N, H, W, Cin]` without channel padding.
    case images(FloatBuffer)
    /// A block's input.
    case rows(BlockInput)
  }

  let normalization: NormalizationLayer
  let sourceNormalization: NormalizationLayer? = nil
  private let input: Input
  private let output: RawOutput
  private let convolution: StandardConvolution
  private let places: ConvolutionPlaces
  private let place: StepProfile.Place
  private let operation: StepProfile.Operation
  private let products: Int
  private let panels: FloatBuffer
  /// Whether the input's gradient is added to what came on a short cut.
  private let isAdding: Bool

  init(
    _ shape: Convolution, _ places: ConvolutionPlaces, input: Input, output: RawOutput,
    _ unit: Unit, _ work: Workspace
  ) throws(MemoryShortage) {
    self.input = input
    self.output = output
    self.places = places
    normalization = output.normalization
    place = StepProfile.Place(unit.role)
    operation = unit.role.isBlock ? .standardConvolution : .stem
    products = shape.products
    isAdding = unit.shortcut != nil
    let inputStep: Int
    switch input {
    case .images: inputStep = shape.inputChannels
    case .rows(let rows): inputStep = rows.stride
    }
    convolution = StandardConvolution(
      geometry: shape.geometry, inputChannels: shape.inputChannels, channels: shape.channels,
      inputStep: inputStep)
    panels = try FloatBuffer(count: convolution.panelsSize)
    work.scratch.require(
      normalization.isFrozen ? convolution.forwardScratchSize : convolution.scratchSize)
    if hasInputGradient { work.kernel.require(convolution.transposedPanelsSize) }
  }

  /// Whether anybody asks for the gradient of what it reads.
  private var hasInputGradient: Bool {
    guard case .rows(let rows) = input else { return false }
    return !normalization.isFrozen && !rows.endsBackward
  }

  /// Floats of an image's input.
  private var inputSize: Int {
    switch input {
    case .images: convolution.geometry.inputs * convolution.inputChannels
    case .rows(let rows): rows.imageSize
    }
  }

  private func x(_ image: Int) -> UnsafeMutablePointer<Float> {
    switch input {
    case .images(let images): images.start + image * inputSize
    case .rows(let rows): rows.rows(image)
    }
  }

  func prepare(_ work: Workspace) {
    convolution.pack(work.weights.start + places.kernel, into: panels.start)
  }

  func forward(_ work: Workspace, _ run: ImageRun) {
    for (index, image) in run.images.enumerated() {
      if case .rows(let rows) = input {
        rows.write(work, run, index * rows.pixels, rows.pixels, at: place)
      }
      convolution.forward(
        x(image), panels: panels.start, into: output.raw(image),
        moments: normalization.moments(run), scratch: work.scratch.start)
      work.measured(
        operation, .forward, place, read: inputSize, written: output.imageSize,
        multiplyAdds: products)
      output.settle(run, index * output.pixels, output.pixels)
    }
  }

  func prepareBackward(_ work: Workspace) {
    guard hasInputGradient else { return }
    convolution.packTransposed(
      work.weights.start + places.kernel, into: work.kernel.start)
    work.measured(operation, .backward, place)
  }

  func backward(_ pass: TrainingPass, _ run: ImageRun) {
    let work = pass.work
    pass.accumulate(places.range, at: place, run) { gradient in
      for (index, image) in run.images.enumerated() {
        let dx = pass.inputGradient(ofImage: image, inputSize, isAdding: isAdding)
        convolution.backward(
          .init(
            dz: output.normalizedGradient(image), y: output.raw(image),
            normalization.gradientCoefficients(run)),
          x(image),
          into: hasInputGradient
            ? .init(panels: work.kernel.start, dx: dx, isAdding: isAdding) : nil,
          weightGradient: gradient + places.kernel, isAdding: index > 0,
          scratch: work.scratch.start)
        let moved = hasInputGradient ? inputSize : 0
        work.measured(
          operation, .backward, place,
          read: inputSize + 2 * output.imageSize + (isAdding ? moved : 0), written: moved,
          multiplyAdds: (hasInputGradient ? 2 : 1) * products)
        pass.progress()
      }
    }
  }
}
