import Kernels
import Tensors

/// A 1×1 convolution of a block's input: an expansion, or the head.
final class PointwiseLayer: Layer {
  let normalization: NormalizationLayer
  let sourceNormalization: NormalizationLayer? = nil
  private let input: BlockInput
  private let output: RawOutput
  private let places: ConvolutionPlaces
  private let operation: StepProfile.Operation
  private let place: StepProfile.Place
  /// Whether the input's gradient is added to what came on a short cut.
  private let isAdding: Bool

  init(
    _ places: ConvolutionPlaces, input: BlockInput, output: RawOutput, _ unit: Unit,
    _ work: Workspace
  ) {
    self.places = places
    self.input = input
    self.output = output
    normalization = output.normalization
    place = StepProfile.Place(unit.role)
    operation = unit.role.isBlock ? .expansion : .head
    isAdding = unit.shortcut != nil
    guard !normalization.isFrozen else { return }
    work.wideTile.require(PixelProduct.tileRows * output.stride)
    work.kernel.require(input.stride * output.channels)
  }

  private var channels: Int { output.channels }

  func forward(_ work: Workspace, _ run: ImageRun) {
    forEachTile(of: run.imageCount * input.pixels) { first, count in
      let rows = input.write(work, run, first, count, at: place)
      output.forEachPiece(of: run, first, count) { raw, row, count in
        PixelProduct.multiply(
          .rows(rows + (row - first) * input.stride, channels: input.channels), count: count,
          depth: input.channels,
          .matrix(work.weights.start + places.kernel, columns: channels), columns: channels,
          into: raw)
        work.measured(
          operation, .forward, place, written: count * output.stride,
          multiplyAdds: count * input.channels * channels)
        normalization.accumulate(run, raw, count: count)
        work.measured(.channelSums, .forward, place)
      }
    }
  }

  func prepareBackward(_ work: Workspace) {
    PixelProduct.packTransposed(
      work.weights.start + places.kernel, rows: input.channels, columns: channels,
      into: work.kernel.start)
    work.measured(operation, .backward, place)
  }

  func backward(_ pass: TrainingPass, _ run: ImageRun) {
    let work = pass.work
    let x = input.rows(run.firstImage)
    let dx = pass.inputGradient(ofImage: run.firstImage, input.imageSize, isAdding: isAdding)
    pass.accumulate(places.range, at: place, run) { gradient in
      forEachTile(of: run.imageCount * input.pixels) { first, count in
        let tile = Pixels.planes(work.wideTile.start, pixels: count)
        output.writeGradient(pass, run, first, count, into: tile)
        work.measured(.normalizationGradient, .backward, place, read: 2 * count * output.stride)
        let offset = first * input.stride
        PixelProduct.multiplyTransposed(
          .rows(x + offset, channels: input.channels), rows: input.channels, tile,
          columns: channels, count: count, into: gradient + places.kernel, adding: first > 0)
        let products = count * input.channels * channels
        if input.endsBackward {
          work.measured(
            operation, .backward, place, read: count * input.stride, multiplyAdds: products)
        } else {
          PixelProduct.multiply(
            tile, count: count, depth: channels,
            .planes(work.kernel.start, pixels: channels), columns: input.channels,
            into: .rows(dx + offset, channels: input.channels), adding: isAdding)
          work.measured(
            operation, .backward, place, read: count * (isAdding ? 2 : 1) * input.stride,
            written: count * input.stride, multiplyAdds: 2 * products)
        }
        pass.progress()
      }
    }
  }
}
