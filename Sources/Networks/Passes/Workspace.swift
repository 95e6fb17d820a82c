import Tensors

/// What all layers of a network share while they work on a batch.
final class Workspace {
  /// The parameters, in the places of the table.
  var weights: FloatBuffer
  /// This rank's part of the current batch.
  var runs: [ImageRun] = []
  /// Who measures, if anybody.
  var profile: StepProfile?

  /// A tile at the width of an expansion, planes.
  let wideTile = Room()
  /// A tile of narrow gradients.
  let narrowTile = Room()
  /// Activated images of a tile, planes.
  let activated = Room()
  /// Products of an image's activated pixels and their gradients: a projection's kernel gradient
  /// before the gate.
  let products = Room()
  /// A kernel with the gate of an image in it, or its transpose.
  let kernel = Room()
  /// Planes of a convolution, or what else a kernel needs while it runs.
  let scratch = Room()
  /// Gradient of a depthwise kernel over one micro-batch.
  let depthwiseGradient = Room()

  /// Gradient behind a depthwise convolution, of all local images, planes; the head's, rows.
  let outputGradient = Room()
  /// Gradient in front of a depthwise convolution, of all local images, planes.
  let inputGradient = Room()
  /// Gradient of the current block's output, and of its input; they change places.
  let narrowGradients = [Room(), Room()]

  /// What evaluation keeps between two blocks, rows of all images; they change places.
  let narrow = [Room(), Room()]
  /// What evaluation keeps between two layers of a block, of a few images; they change places.
  let wide = [Room(), Room()]
  /// Input of a block that evaluation has to write out, rows of a few images.
  let input = Room()

  /// What one layer alone keeps.
  private var own: [Room] = []

  init(weights: FloatBuffer) { self.weights = weights }

  /// A room of one's own.
  func room() -> Room {
    let room = Room()
    own.append(room)
    return room
  }

  /// Reserves what all layers have asked for.
  func reserve() throws(MemoryShortage) {
    let shared = [
      wideTile, narrowTile, activated, products, kernel, scratch, depthwiseGradient,
      outputGradient, inputGradient, input,
    ]
    for room in shared + narrowGradients + narrow + wide + own { try room.reserve() }
  }

  /// Ends a piece of work, for whoever measures.
  @inline(__always)
  func measured(
    _ operation: StepProfile.Operation, _ phase: StepProfile.Phase, _ place: StepProfile.Place,
    read: @autoclosure () -> Int = 0, written: @autoclosure () -> Int = 0,
    multiplyAdds: @autoclosure () -> Int = 0
  ) {
    profile?.lap(
      operation, phase, place, read: read(), written: written(), multiplyAdds: multiplyAdds())
  }
}
