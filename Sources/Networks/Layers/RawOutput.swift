import Kernels
import Tensors

/// What a convolution leaves: raw values, and what whoever reads them applies to them.
///
/// Nothing that is normalised or activated is kept. A reader has three doors: ``write`` for rows as
/// they are meant, ``image(_:_:)`` for kernels that apply what is to be applied themselves, and for
/// the way back the gradient doors: ``normalizedGradient`` for who came through the second,
/// ``receive`` for who came through the first.
///
/// Where the statistics are known beforehand, in evaluation and in what is frozen, rows are
/// *settled*: what a reader would apply is applied at once, in their place.
final class RawOutput {
  let channels: Int
  /// Pixels of an image.
  let pixels: Int
  let normalization: NormalizationLayer
  let activation: Activation
  /// What is added to it where it is read.
  let shortcut: Residual?
  /// Whether the values stand there as they are meant.
  let isSettled: Bool
  /// Whether kernels read it through the second door.
  let isReadRaw: Bool
  /// Whether the gradient of the normalised values is kept, and not read off that of the rows:
  /// always for a k×k convolution, which meets it more than once.
  private let keepsGradient: Bool
  private let layout: Layout
  private let values: Room
  /// Images that there is room for: all, or a few at a time.
  private let capacity: Int
  /// Gradient of the normalised values of all images, where it is kept.
  private let gradients: Room

  /// How pixels lie, see `Pixels`.
  enum Layout {
    case rows, planes
  }

  /// How a network uses an output.
  struct Use {
    let layout: Layout
    let values: Room
    /// Images that `values` has room for.
    let capacity: Int
    let gradients: Room
    let isSettled: Bool
    let isReadRaw: Bool
    let isReaderTrained: Bool
    let shortcut: Residual?
  }

  init(_ convolution: Convolution, _ normalization: NormalizationLayer, _ use: Use, images: Int) {
    channels = convolution.channels
    pixels = convolution.geometry.outputs
    activation = convolution.activation
    self.normalization = normalization
    shortcut = use.shortcut
    isSettled = use.isSettled
    isReadRaw = use.isReadRaw
    keepsGradient =
      use.isReadRaw || convolution.activation != .identity || convolution.kind == .standard
    layout = use.layout
    values = use.values
    capacity = use.capacity
    gradients = use.gradients
    values.require(capacity * imageSize)
    if keepsGradient && use.isReaderTrained { gradients.require(images * imageSize) }
  }

  var stride: Int { channelStride(channels) }
  /// Floats of an image.
  var imageSize: Int { pixels * stride }
  /// Floats that ``write`` reads for a pixel.
  var floatsRead: Int { shortcut == nil ? stride : 2 * stride }

  private func pixels(_ buffer: UnsafeMutablePointer<Float>, _ position: Int) -> Pixels {
    let start = buffer + position * imageSize
    return layout == .rows
      ? .rows(start, channels: channels) : .planes(start, pixels: pixels)
  }

  /// The raw values of an image.
  func raw(_ image: Int) -> Pixels { pixels(values.start, image % capacity) }

  /// Calls `body` with the raw values of some rows of a run, in pieces that lie together.
  @inline(__always)
  func forEachPiece(
    of run: ImageRun, _ first: Int, _ count: Int,
    _ body: (_ raw: Pixels, _ row: Int, _ count: Int) -> Void
  ) {
    if layout == .rows {
      let start = values.start + (run.firstImage % capacity) * imageSize
      return body(.rows(start + first * stride, channels: channels), first, count)
    }
    forEachImage(ofRows: first, count, pixels: pixels) { image, row, count in
      body(raw(run.firstImage + image).dropping(row - image * pixels), row, count)
    }
  }

  // MARK: Reading

  /// First door: writes `count` rows of a run from row `first` on, as they are meant.
  func write(
    _ run: ImageRun, _ first: Int, _ count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    forEachImage(ofRows: first, count, pixels: pixels) { image, row, count in
      let position = run.firstImage + image
      let inImage = row - image * pixels
      let rows = target + (row - first) * stride
      guard layout == .rows else {
        return NormalizedActivation.apply(
          self.image(position, run).dropping(inImage), count: count, channels: channels,
          into: .rows(rows, channels: channels))
      }
      ResidualAddition.apply(
        raw(position).dropping(inImage).start, rows: count, channels: channels,
        normalization.reader(run), activation, factor: shortcut?.factor(position) ?? 1,
        skip: shortcut.map { $0.input.rows(position) + inImage * stride }, into: rows)
    }
  }

  /// Second door: the values of an image, and what is to be applied.
  func image(_ image: Int, _ run: ImageRun) -> NormalizedPixels {
    NormalizedPixels(raw(image), normalization.reader(run), activation)
  }

  /// Settles rows of a run that have just been written, where that is due.
  func settle(_ run: ImageRun, _ first: Int, _ count: Int) {
    guard isSettled else { return }
    let start = values.start + (run.firstImage % capacity) * imageSize
    write(run, first, count, into: start + first * stride)
  }

  /// The rows of an image that are settled.
  func settledRows(_ image: Int) -> UnsafeMutablePointer<Float> {
    precondition(isSettled && layout == .rows, "rows that are not settled are not to be read")
    return raw(image).start
  }

  // MARK: Gradient

  /// Gradient behind the second door: that of the normalised values of an image.
  func normalizedGradient(_ image: Int) -> Pixels { pixels(gradients.start, image) }

  /// Gradient behind the first door: takes the gradients of the rows that were written, from
  /// `pass.current`, and adds up what the batch normalisation needs.
  func receive(_ pass: TrainingPass, _ run: ImageRun) {
    for image in run.images {
      let gradient = pass.current.start + image * imageSize
      let factor = shortcut?.factor(image) ?? 1
      if keepsGradient {
        NormalizedActivation.backward(
          .rows(gradient, channels: channels), factor: factor, self.image(image, run),
          count: pixels, channels: channels, into: normalizedGradient(image),
          sums: normalization.gradientSums(run))
        continue
      }
      GradientSums.accumulate(
        into: normalization.gradientSums(run), channels: channels, gradient, factor: factor,
        raw(image).start, rows: pixels)
    }
  }

  /// Writes the gradient of `count` raw rows of a run from row `first` on.
  func writeGradient(
    _ pass: TrainingPass, _ run: ImageRun, _ first: Int, _ count: Int, into target: Pixels
  ) {
    forEachImage(ofRows: first, count, pixels: pixels) { image, row, count in
      let position = run.firstImage + image
      let inImage = row - image * pixels
      let gradient =
        keepsGradient
        ? normalizedGradient(position)
        : Pixels.rows(pass.current.start + position * imageSize, channels: channels)
      BatchNormalization.inputGradient(
        gradient.dropping(inImage), factor: keepsGradient ? 1 : shortcut?.factor(position) ?? 1,
        raw(position).dropping(inImage), count: count, channels: channels,
        normalization.gradientCoefficients(run), into: target.dropping(row - first))
    }
  }
}

/// The input that is added to a block's output, and whether the branch beside it counts.
final class Residual {
  let input: BlockInput
  /// Position among the blocks, and probability that the branch is dropped for an image.
  let block: Int
  let dropPath: Double
  /// Factor of the branch for each image: 0 when drop-path drops it.
  let factors: FloatBuffer

  init(_ input: BlockInput, _ unit: Unit.Shortcut, images: Int) throws(MemoryShortage) {
    self.input = input
    block = unit.block
    dropPath = unit.dropPath
    factors = try FloatBuffer(count: images)
    factors.values.update(repeating: 1)
  }

  func factor(_ image: Int) -> Float { factors.start[image] }
}
