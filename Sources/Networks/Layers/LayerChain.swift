import Kernels
import Tensors

/// The layers of a network: those that are evaluated, and behind them those that are trained.
struct LayerChain {
  private(set) var evaluated: [Segment] = []
  private(set) var trained: [TrainedUnit] = []
  let classifier: Classifier
  /// Those that use running statistics.
  private(set) var frozenNormalizations: [NormalizationLayer] = []

  /// Builds the layers.
  ///
  /// - Parameters:
  ///   - images: `[N, R, R, Cin]` without channel padding.
  ///   - frozen: Units that are evaluated, see ``Architecture/units``.
  init(
    _ architecture: Architecture, _ places: ParameterPlaces, images: FloatBuffer,
    layout: BatchLayout, frozen: Int, expansions: ExpansionStorage, _ work: Workspace
  ) throws(MemoryShortage) {
    let units = architecture.units
    var builder = Builder(
      architecture: architecture, layout: layout, images: images, expansions: expansions,
      work: work, units: units, frozen: frozen)
    var steps: [any ForwardStep] = []
    var last: RawOutput?
    for (index, unit) in units.enumerated() {
      let (layers, output) = try builder.layers(index, places.units[index], behind: last)
      last = output
      if index >= frozen {
        trained.append(
          TrainedUnit(
            unit, layers, output: output, firstPlace: places.units[index][0].range.lowerBound))
        continue
      }
      frozenNormalizations += layers.map(\.normalization)
      steps += layers
      if builder.endsSegment(index) && index < units.count - 1 {
        evaluated.append(Segment(steps: steps, imagesAtOnce: builder.imagesAtOnce(index)))
        steps = []
      }
    }
    guard let last else { preconditionFailure("a network without layers") }
    classifier = try Classifier(architecture, places, source: last, layout: layout)
    if !steps.isEmpty {
      evaluated.append(
        Segment(
          steps: steps + [classifier], imagesAtOnce: builder.imagesAtOnce(units.count - 1)))
    }
    try work.reserve()
  }

  /// Takes running statistics for those of the batches to come, where they are asked for.
  func freeze(_ work: Workspace, _ statistics: FloatBuffer) {
    for normalization in frozenNormalizations {
      normalization.freeze(weights: work.weights.start, statistics: statistics.start)
    }
    for segment in evaluated { segment.prepare(work) }
  }

  /// Whether the scores' pooling is part of what is evaluated.
  var isAllEvaluated: Bool { trained.isEmpty }
}

/// Makes the layers of one unit after the other, and finds room for what they leave.
private struct Builder {
  let architecture: Architecture
  let layout: BatchLayout
  let images: FloatBuffer
  let expansions: ExpansionStorage
  let work: Workspace
  let units: [Unit]
  let frozen: Int
  /// Layers since the last segment began.
  var position = 0
  /// Outputs so far that are left as they are meant: of two that follow each other, one is read
  /// while the other is written.
  var settledCount = 0

  private func isTrained(_ index: Int) -> Bool { index >= frozen }

  /// Whether whoever reads a unit's output has a way back.
  private func isReaderTrained(_ index: Int) -> Bool {
    isTrained(min(index + 1, units.count - 1))
  }

  /// Whether a unit's output is read through normalisation and activation: by the classifier's
  /// pooling, or by a depthwise convolution at the beginning of the next unit.
  private func isReadRaw(_ index: Int) -> Bool {
    guard index + 1 < units.count else { return true }
    let last = units[index].convolutions[units[index].convolutions.count - 1]
    return units[index + 1].convolutions[0].kind == .depthwise && last.activation != .identity
      && units[index].shortcut == nil
  }

  /// Whether an evaluated unit leaves rows of all images, as they are meant.
  func endsSegment(_ index: Int) -> Bool { index == frozen - 1 || !isReadRaw(index) }

  /// Images that go together through the segment of an evaluated unit: their pixels make up at most
  /// one tile at its end. A micro-batch is cut alike on whichever rank it is, so that products have
  /// the same shapes.
  func imagesAtOnce(_ index: Int) -> Int {
    let end = (index..<frozen).first(where: endsSegment) ?? index
    let pixels = units[end].convolutions.last?.geometry.outputs ?? 1
    let most = min(max(1, PixelProduct.tileRows / pixels), layout.microBatchSize)
    return (1...most).last { layout.microBatchSize % $0 == 0 } ?? 1
  }

  /// Makes the layers of a unit.
  mutating func layers(
    _ index: Int, _ places: [ConvolutionPlaces], behind previous: RawOutput?
  ) throws(MemoryShortage) -> ([any Layer], RawOutput) {
    let unit = units[index]
    let input = previous.flatMap { self.input(index, behind: $0) }
    var source: Source?
    if let previous {
      source = .raw(previous)
      if let input, !isReadRaw(index - 1) { source = .rows(input) }
    }
    var layers: [any Layer] = []
    var output: RawOutput?
    for (number, shape) in unit.convolutions.enumerated() {
      let isLast = number == unit.convolutions.count - 1
      let normalization = try NormalizationLayer(
        places[number].normalization, epsilon: architecture.batchNormEpsilon, layout: layout,
        isFrozen: !isTrained(index))
      if let input, shape.kind == .pointwise, !isLast, expansions.recomputes(shape) {
        let layer = try RecomputedExpansion(
          shape, places[number], input: input, normalization, unit, layout, work)
        source = .expansion(layer)
        layers.append(layer)
        continue
      }
      let own = RawOutput(
        shape, normalization, try use(index, number, isLast: isLast, input), images: layout.capacity
      )
      switch (shape.kind, source, input) {
      case (.standard, nil, _):
        layers.append(
          try StandardConvolutionLayer(
            shape, places[number], input: .images(images), output: own, unit, work))
      case (.standard, .rows(let input)?, _):
        layers.append(
          try StandardConvolutionLayer(
            shape, places[number], input: .rows(input), output: own, unit, work))
      case (.depthwise, let source?, _):
        precondition(!isLast || isReadRaw(index), "\(shape.name) leaves no rows to be read")
        layers.append(
          DepthwiseLayer(
            shape, places[number], source: source, input: number == 0 ? input : nil, output: own,
            unit, work))
      case (.pointwise, .raw(let source)?, _):
        layers.append(
          try ProjectionLayer(
            shape, places[number], source: source, output: own, unit,
            gates: isTrained(index) ? layout.capacity : imagesAtOnce(index), work))
      case (.pointwise, .rows(let input)?, _):
        precondition(!isLast || isReadRaw(index), "\(shape.name) leaves no rows to be read")
        layers.append(PointwiseLayer(places[number], input: input, output: own, unit, work))
      default: preconditionFailure("\(shape.name) has nothing to read")
      }
      source = .raw(own)
      output = own
    }
    guard let output else { preconditionFailure("a unit without layers") }
    position = !isTrained(index) && endsSegment(index) ? 0 : position
    return (layers, output)
  }

  /// What a unit reads as rows, if it does.
  private func input(_ index: Int, behind previous: RawOutput) -> BlockInput? {
    guard !isReadRaw(index - 1) || units[index].shortcut != nil else { return nil }
    let isTrained = isTrained(index)
    let input = BlockInput(
      previous, own: isTrained ? work.room() : work.input,
      capacity: isTrained ? layout.capacity : imagesAtOnce(index))
    if isTrained {
      for room in work.narrowGradients { room.require(layout.capacity * input.imageSize) }
    }
    return input
  }

  /// Whether a convolution's output is read by a depthwise convolution, whose own gradient lies in
  /// the other room.
  private func isInFrontOfDepthwise(_ index: Int, _ number: Int) -> Bool {
    let convolutions = units[index].convolutions
    if number + 1 < convolutions.count { return convolutions[number + 1].kind == .depthwise }
    return index + 1 < units.count && units[index + 1].convolutions[0].kind == .depthwise
  }

  /// Where a convolution's output lies, and who reads it how.
  private mutating func use(
    _ index: Int, _ number: Int, isLast: Bool, _ input: BlockInput?
  ) throws(MemoryShortage) -> RawOutput.Use {
    let shape = units[index].convolutions[number]
    // What is read as rows is left as rows, the head's output, too.
    let isNarrow = isLast && (shape.kind == .pointwise || !isReadRaw(index))
    let layout: RawOutput.Layout = isNarrow ? .rows : .planes
    let isTrained = isTrained(index)
    let isReadRaw = isLast ? isReadRaw(index) : true
    let isReaderTrained = isLast ? isReaderTrained(index) : isTrained
    position += 1
    let values: Room
    let isKept = isTrained || isReaderTrained || !isReadRaw
    if isTrained || isReaderTrained {
      values = work.room()
    } else {
      values = isReadRaw ? work.wide[position % 2] : work.narrow[settledCount % 2]
      if !isReadRaw { settledCount += 1 }
    }
    var shortcut: Residual?
    if isLast, let input, let own = units[index].shortcut {
      shortcut = try Residual(input, own, images: self.layout.capacity)
    }
    return RawOutput.Use(
      layout: layout, values: values,
      capacity: isKept ? self.layout.capacity : imagesAtOnce(index),
      gradients: isInFrontOfDepthwise(index, number) ? work.inputGradient : work.outputGradient,
      isSettled: !isTrained && !isReadRaw, isReadRaw: isReadRaw, isReaderTrained: isReaderTrained,
      shortcut: shortcut)
  }
}
