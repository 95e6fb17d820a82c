import Kernels
import Tensors

/// A depthwise convolution of an expansion, or of a block's input.
final class DepthwiseLayer: Layer {
  let normalization: NormalizationLayer
  private let source: Source
  /// The block's input, where this is the block's first layer and the rows are read, by it or by
  /// the block's short cut.
  private let input: BlockInput?
  private let output: RawOutput
  private let convolution: DepthwiseConvolution
  private let places: ConvolutionPlaces
  private let place: StepProfile.Place
  private let products: Int
  /// Whether this is where the block's short cut ends on the way back.
  private let endsShortcut: Bool

  init(
    _ shape: Convolution, _ places: ConvolutionPlaces, source: Source, input: BlockInput?,
    output: RawOutput, _ unit: Unit, _ work: Workspace
  ) {
    self.places = places
    self.source = source
    self.input = input
    self.output = output
    normalization = output.normalization
    place = StepProfile.Place(unit.role)
    products = shape.products
    endsShortcut = unit.shortcut != nil && unit.convolutions[0] == shape
    convolution = DepthwiseConvolution(geometry: shape.geometry, channels: shape.channels)
    work.scratch.require(convolution.scratchSize)
    if !normalization.isFrozen {
      work.depthwiseGradient.require(taps * output.stride)
    }
  }

  private var taps: Int { convolution.geometry.kernel * convolution.geometry.kernel }
  private var inputSize: Int { convolution.geometry.inputs * output.stride }

  func forward(_ work: Workspace, _ run: ImageRun) {
    input?.write(work, run, at: place)
    let weights = work.weights.start + places.kernel
    let moments = normalization.moments(run)
    for image in run.images {
      let target = output.raw(image).start
      func filter(_ x: NormalizedPixels) {
        convolution.forward(
          x, weights: weights, into: target, moments: moments, scratch: work.scratch.start)
        work.measured(
          .depthwise, .forward, place, read: inputSize, written: output.imageSize,
          multiplyAdds: products)
      }
      switch source {
      case .raw(let raw): filter(raw.image(image, run))
      case .rows(let rows): filter(rows.image(image))
      case .expansion(let expansion):
        convolution.forward(
          expansion.image(image, run), weights: weights, into: target, moments: moments,
          scratch: work.scratch.start)
        work.measured(
          .expandedDepthwise, .forward, place, read: expansion.input.imageSize,
          written: output.imageSize, multiplyAdds: expansion.products + products)
      }
    }
  }

  var sourceNormalization: NormalizationLayer? {
    switch source {
    case .raw(let raw): raw.normalization
    case .rows: nil
    case .expansion(let expansion): expansion.normalization
    }
  }

  func backward(_ pass: TrainingPass, _ run: ImageRun) {
    let work = pass.work
    let channels = output.channels
    pass.accumulate(places.range, at: place, run) { gradient in
      let padded = work.depthwiseGradient.start
      padded.update(repeating: 0, count: taps * output.stride)
      if case .expansion(let expansion) = source { expansion.beginGradient(work, run) }
      // Backwards: the gradients written last are still in the cache.
      for image in run.images.reversed() {
        backward(pass, run, image, into: padded)
        pass.progress()
      }
      if case .expansion(let expansion) = source { expansion.endGradient(work, run) }
      for tap in 0..<taps {
        (gradient + places.kernel + tap * channels).update(
          from: padded + tap * output.stride, count: channels)
      }
      work.measured(operation, .backward, place)
      pass.progress()
    }
  }

  private var operation: StepProfile.Operation {
    if case .expansion = source { return .expandedDepthwise }
    return .depthwise
  }

  private func backward(
    _ pass: TrainingPass, _ run: ImageRun, _ image: Int,
    into weightGradient: UnsafeMutablePointer<Float>
  ) {
    let work = pass.work
    let weights = work.weights.start + places.kernel
    let dy = DepthwiseConvolution.OutputGradient(
      dz: output.normalizedGradient(image).start, y: output.raw(image).start,
      normalization.gradientCoefficients(run))
    func differentiate(_ x: NormalizedPixels, _ dx: DepthwiseConvolution.InputGradient) {
      convolution.backward(
        dy, x, into: dx, weights: weights, weightGradient: weightGradient,
        scratch: work.scratch.start)
      work.measured(
        .depthwise, .backward, place,
        read: 2 * output.imageSize + inputSize * (endsShortcut ? 2 : 1), written: inputSize,
        multiplyAdds: 2 * products)
    }
    func rows(_ room: Room) -> Pixels {
      .rows(room.start + image * inputSize, channels: output.channels)
    }
    let skip = endsShortcut ? rows(pass.current) : nil
    switch source {
    case .raw(let raw):
      differentiate(
        raw.image(image, run),
        .init(
          raw.normalizedGradient(image), skip: skip,
          sums: raw.normalization.isFrozen ? nil : raw.normalization.gradientSums(run)))
    case .rows(let input):
      differentiate(
        input.image(image), .init(skip ?? rows(pass.next), skip: skip, sums: nil))
    case .expansion(let expansion):
      convolution.backward(
        dy, expansion.image(image, run), into: expansion.gradient(pass, run, image),
        weights: weights, weightGradient: weightGradient, scratch: work.scratch.start)
      let input = expansion.input.imageSize
      // The expansion is made again, and multiplied for the gradients of its two factors.
      work.measured(
        .expandedDepthwise, .backward, place,
        read: 2 * output.imageSize + input * (expansion.isAdding ? 2 : 1), written: input,
        multiplyAdds: 3 * expansion.products + 2 * products)
    }
  }
}
