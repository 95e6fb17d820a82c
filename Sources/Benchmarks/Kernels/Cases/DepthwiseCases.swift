import Kernels
import Networks
import Tensors

/// Depthwise convolution of both kernels and strides, from stored inputs and from expansions that
/// are made on the way.
enum DepthwiseCases {
  /// Sums of at most 25 products forward, of some thousand outputs for the gradients of weights.
  private static let tolerance = 2e-5

  static var all: [KernelCase] {
    let stored = ["block1a", "block4a", "block5b", "block6a"].map {
      FilterShape(Baseline.block($0), isExpanded: false)
    }
    let expanded = ["block2a", "block2b", "block3a", "block3b"].map {
      FilterShape(Baseline.block($0), isExpanded: true)
    }
    return stored.map(forward) + stored.map(backward) + expanded.map(expandedForward)
      + expanded.map(expandedBackward)
  }

  /// What both directions need, for kernel and reference.
  private struct Filter {
    let shape: FilterShape
    let operation: DepthwiseConvolution
    /// The input, or what is expanded to it, and the input as it is.
    let x, raw: [Double]
    let input: Operands.Tensor
    let expansionWeights: [Double]
    let expansion: Expansion?
    let normalization: NormalizedActivation.Normalization
    let reader: NormalizedActivationReference
    let weights: [Double]
    let kernel, scratch: UnsafeMutablePointer<Float>

    init(_ shape: FilterShape, _ operands: Operands) {
      self.shape = shape
      let (g, channels) = (shape.geometry, shape.channels)
      operation = DepthwiseConvolution(geometry: g, channels: channels)
      let inputChannels = shape.inputChannels
      x = operands.random(shape.inputs * (inputChannels ?? channels))
      input = operands.tensor(
        inputChannels == nil ? .planes : .rows, x, channels: inputChannels ?? channels)
      weights = operands.random(g.kernel * g.kernel * channels)
      kernel = operands.dense(weights)
      scratch = operands.room(operation.scratchSize)
      (normalization, reader) = operands.reader(channels, .swish)
      guard let inputChannels else {
        (raw, expansionWeights, expansion) = (x, [], nil)
        return
      }
      expansionWeights = operands.random(inputChannels * channels, scale: 0.5)
      raw = MatrixReference.multiply(x, expansionWeights, k: inputChannels)
      let panels = operands.room(
        Expansion.panelsSize(inputChannels: inputChannels, channels: channels))
      Expansion.pack(
        operands.dense(expansionWeights), inputChannels: inputChannels, channels: channels,
        into: panels)
      expansion = Expansion(inputChannels: inputChannels, channels: channels, panels: panels)
    }

    /// What is read where the input is stored.
    var stored: NormalizedPixels { NormalizedPixels(input.pixels, normalization, .swish) }

    /// What is read where it is expanded on the way.
    func expanded(_ expansion: Expansion) -> ExpandedPixels {
      ExpandedPixels(expanding: input.start, expansion, normalization, .swish)
    }

    /// The output as the reference computes it.
    var output: [Double] {
      DepthwiseReference.forward(
        reader.forward(raw), weights: weights, shape.geometry, channels: shape.channels)
    }
  }

  private static func forward(_ shape: FilterShape) -> KernelCase {
    KernelCase(
      "depthwise forward", shape, small: FilterShape(smallerThan: shape), in: .memory,
      tolerance: tolerance, operations: 2 * shape.products,
      floats: shape.inputFloats + shape.outputFloats, trial: forward)
  }

  private static func expandedForward(_ shape: FilterShape) -> KernelCase {
    KernelCase(
      "expansion + depthwise forward", shape, small: FilterShape(smallerThan: shape), in: .memory,
      tolerance: tolerance, operations: 2 * (shape.products + shape.expansionProducts),
      floats: shape.inputFloats + shape.outputFloats, trial: forward)
  }

  private static func forward(_ shape: FilterShape, _ operands: Operands) -> KernelCase.Trial {
    let filter = Filter(shape, operands)
    let channels = shape.channels
    let y = operands.tensor(.planes, pixels: shape.geometry.outputs, channels: channels)
    let moments = operands.payload(ChannelMoments.size(channels: channels))
    return KernelCase.Trial(
      run: {
        if let expansion = filter.expansion {
          filter.operation.forward(
            filter.expanded(expansion), weights: filter.kernel, into: y.start, moments: moments,
            scratch: filter.scratch)
        } else {
          filter.operation.forward(
            filter.stored, weights: filter.kernel, into: y.start, moments: moments,
            scratch: filter.scratch)
        }
      },
      outcome: {
        let expected = filter.output
        return [
          (y.values, expected),
          (
            values(moments + 1, vectors: 2, channels: channels),
            StatisticsReference.means(expected, channels: channels)
              + StatisticsReference.squaredDeviations(expected, channels: channels)
          ),
        ]
      })
  }

  private static func backward(_ shape: FilterShape) -> KernelCase {
    KernelCase(
      "depthwise backward", shape, small: FilterShape(smallerThan: shape), in: .memory,
      tolerance: tolerance, operations: 4 * shape.products,
      floats: 2 * (shape.inputFloats + shape.outputFloats)
    ) { shape, operands in
      let filter = Filter(shape, operands)
      let channels = shape.channels
      let gradient = OutputGradient(shape, operands)
      let (mean, inverse) = (operands.random(channels), operands.random(channels))
      let (means, inverses) = (operands.dense(mean), operands.dense(inverse))
      let dx = operands.tensor(.planes, pixels: shape.inputs, channels: channels)
      let dw = operands.room(filter.weights.count / channels * channelStride(channels))
      let sums = operands.payload(GradientSums.size(channels: channels))
      return KernelCase.Trial(
        run: {
          filter.operation.backward(
            gradient.output, filter.stored,
            into: .init(
              dx.pixels, sums: .init(mean: means, inverseDeviation: inverses, sums: sums)),
            weights: filter.kernel, weightGradient: dw, scratch: filter.scratch)
        },
        outcome: {
          let expected = gradient.inFront(of: filter)
          return [
            (dx.values, expected),
            (
              Pixels.rows(dw, channels: channels).values(
                count: filter.weights.count / channels, channels: channels),
              gradient.ofWeights(filter)
            ),
            (
              values(sums, vectors: 2, channels: channels),
              StatisticsReference.gradientSums(
                expected, filter.raw, mean: mean, inverseDeviation: inverse)
            ),
          ]
        })
    }
  }

  private static func expandedBackward(_ shape: FilterShape) -> KernelCase {
    KernelCase(
      "expansion + depthwise backward", shape, small: FilterShape(smallerThan: shape), in: .memory,
      tolerance: tolerance, operations: 2 * (2 * shape.products + 3 * shape.expansionProducts),
      floats: 2 * (shape.inputFloats + shape.outputFloats)
    ) { shape, operands in
      let filter = Filter(shape, operands)
      let (channels, inputChannels) = (shape.channels, shape.inputChannels ?? 0)
      let gradient = OutputGradient(shape, operands)
      let panels = operands.room(
        Expansion.transposedPanelsSize(inputChannels: inputChannels, channels: channels))
      let scale = operands.random(channels)
      Expansion.packTransposed(
        operands.dense(filter.expansionWeights), scale: operands.dense(scale),
        inputChannels: inputChannels, channels: channels, into: panels)
      let size = Expansion.productsSize(inputChannels: inputChannels, channels: channels)
      let products = operands.room(size)
      let sums = operands.payload(channelStride(channels))
      let dx = operands.tensor(.rows, pixels: shape.inputs, channels: inputChannels)
      let dw = operands.room(filter.weights.count / channels * channelStride(channels))
      return KernelCase.Trial(
        run: {
          guard let expansion = filter.expansion else { return }
          filter.operation.backward(
            gradient.output, filter.expanded(expansion),
            into: .init(
              transposedPanels: panels, products: products, sums: sums, dx: dx.start,
              isAdding: false),
            weights: filter.kernel, weightGradient: dw, scratch: filter.scratch)
        },
        outcome: {
          let dz = gradient.inFront(of: filter)
          let scaled = dz.indices.map { dz[$0] * scale[$0 % channels] }
          return [
            (
              dx.values,
              MatrixReference.multiplyByTransposed(scaled, filter.expansionWeights, k: channels)
            ),
            (
              // Products lie like planes with a pixel for each input channel.
              Pixels.planes(products, pixels: size / channelStride(channels)).values(
                count: inputChannels, channels: channels),
              MatrixReference.multiplyTransposed(filter.x, dz, k: shape.inputs)
            ),
            (
              Pixels.rows(dw, channels: channels).values(
                count: filter.weights.count / channels, channels: channels),
              gradient.ofWeights(filter)
            ),
            (
              values(sums, vectors: 1, channels: channels),
              MatrixReference.columnSums(dz, columns: channels)
            ),
          ]
        })
    }
  }

  /// The gradient behind the output's batch normalisation.
  private struct OutputGradient {
    let dy: [Double]
    private let dz, y: Operands.Tensor
    private let coefficients: BatchNormalization.GradientCoefficients

    init(_ shape: FilterShape, _ operands: Operands) {
      let count = shape.geometry.outputs * shape.channels
      let (gradient, raw) = (operands.random(count), operands.random(count))
      dz = operands.tensor(.planes, gradient, channels: shape.channels)
      y = operands.tensor(.planes, raw, channels: shape.channels)
      let (coefficients, expected) = operands.inputGradient(shape.channels)
      self.coefficients = coefficients
      dy = expected(gradient, raw, 1)
    }

    var output: DepthwiseConvolution.OutputGradient {
      .init(dz: dz.start, y: y.start, coefficients)
    }

    /// The gradient of the normalised input.
    func inFront(of filter: Filter) -> [Double] {
      filter.reader.backward(
        DepthwiseReference.inputGradient(
          dy, weights: filter.weights, filter.shape.geometry, channels: filter.shape.channels),
        filter.raw)
    }

    func ofWeights(_ filter: Filter) -> [Double] {
      DepthwiseReference.weightGradient(
        dy, filter.reader.forward(filter.raw), filter.shape.geometry,
        channels: filter.shape.channels)
    }
  }
}
