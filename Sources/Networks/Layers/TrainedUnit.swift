/// A unit of a network in training: the stem, a block, or the head.
final class TrainedUnit {
  let layers: [any Layer]
  /// What its last layer leaves.
  let output: RawOutput
  /// Place of its first parameter.
  let firstPlace: Int
  private let place: StepProfile.Place

  init(_ unit: Unit, _ layers: [any Layer], output: RawOutput, firstPlace: Int) {
    place = StepProfile.Place(unit.role)
    self.layers = layers
    self.output = output
    self.firstPlace = firstPlace
  }

  /// Runs the layers on all micro-batches; the output is ready to be read afterwards.
  func forward(_ pass: TrainingPass) throws(ExchangeError) {
    for layer in layers { try pass.forward(layer, at: place) }
  }

  /// Turns the gradient of the output into that of the input, and computes those of all parameters.
  func backward(_ pass: TrainingPass) throws(ExchangeError) {
    if !output.isReadRaw {
      try pass.differentiate(output.normalization, at: place) { run in
        output.receive(pass, run)
        pass.work.measured(
          .channelSums, .backward, place, read: 2 * run.imageCount * output.imageSize)
        pass.progress()
      }
    }
    for layer in layers.reversed() {
      layer.prepareBackward(pass.work)
      if let normalization = layer.sourceNormalization, !normalization.isFrozen {
        try pass.differentiate(normalization, at: place) { layer.backward(pass, $0) }
      } else {
        for run in pass.work.runs { layer.backward(pass, run) }
      }
    }
    // A short cut adds to the gradient it was given; without one, a new one was written.
    if output.shortcut == nil { pass.advance() }
  }
}

extension TrainingPass {
  /// Runs a layer forward: every micro-batch, then the statistics of all ranks.
  fileprivate func forward(
    _ layer: any Layer, at place: StepProfile.Place
  ) throws(ExchangeError) {
    layer.prepare(work)
    layer.normalization.clearMoments()
    for run in work.runs where run.imageCount > 0 { layer.forward(work, run) }
    exchange.advance()
    try layer.normalize(work, exchange)
    work.measured(.statistics, .forward, place)
  }
}
