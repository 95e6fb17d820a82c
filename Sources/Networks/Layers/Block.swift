/// A unit of a network in training: the stem, a block, or the head.
final class Block {
  let layers: [any Layer]
  /// What its last layer leaves.
  let output: RawOutput
  /// Place of its first parameter.
  let firstPlace: Int
  private let place: StepProfile.Place

  init(_ unit: Unit, _ layers: [any Layer], output: RawOutput, firstPlace: Int) {
    place = unit.place
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

/// Layers in evaluation, from one tensor that is kept of all images to the next.
///
/// What is wide in between is kept of a few images at a time, and stays in the cache.
struct Segment {
  let steps: [any ForwardStep]
  /// Images that go through together.
  let imagesAtOnce: Int

  func prepare(_ work: Workspace) {
    for step in steps { step.prepare(work) }
  }

  func forward(_ work: Workspace, _ run: ImageRun) {
    var first = 0
    while first < run.imageCount {
      // Rooms of a few images are filled from their beginning at every multiple of these.
      let left = imagesAtOnce - (run.firstImage + first) % imagesAtOnce
      let part = run.part(from: first, upTo: left)
      for step in steps { step.forward(work, part) }
      first += part.imageCount
    }
  }
}
