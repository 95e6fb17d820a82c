import Tensors

/// What the blocks of a ``FoldedNetwork`` share.
final class FoldedScratch {
  /// Input and output of the current block, rows `[N·H·W, C]`; they change places.
  var input, output: FloatBuffer
  /// Stem of one image, planes.
  let stem: FloatBuffer
  /// Expansion, depthwise output and its activation of the images of a tile, planes.
  let expanded, filtered, activated: FloatBuffer
  /// The projection's kernel with an image's gate in it.
  let gatedKernel: FloatBuffer
  /// Squeeze-and-excitation of the images of a tile.
  let pooled, reduced, hidden, gate: FloatBuffer
  /// What a kernel needs while it runs.
  let kernel: FloatBuffer

  /// Sizes in floats; see the properties of the same names.
  struct Sizes {
    var narrow = 0
    var stem = 0
    var expanded = 0
    var filtered = 0
    var activated = 0
    var gatedKernel = 0
    var wideImages = 0
    var squeezedImages = 0
    var kernel = 0
  }

  init(_ sizes: Sizes) {
    input = FloatBuffer(count: sizes.narrow)
    output = FloatBuffer(count: sizes.narrow)
    stem = FloatBuffer(count: sizes.stem)
    expanded = FloatBuffer(count: sizes.expanded)
    filtered = FloatBuffer(count: sizes.filtered)
    activated = FloatBuffer(count: sizes.activated)
    gatedKernel = FloatBuffer(count: sizes.gatedKernel)
    pooled = FloatBuffer(count: sizes.wideImages)
    gate = FloatBuffer(count: sizes.wideImages)
    reduced = FloatBuffer(count: sizes.squeezedImages)
    hidden = FloatBuffer(count: sizes.squeezedImages)
    kernel = FloatBuffer(count: sizes.kernel)
  }
}
