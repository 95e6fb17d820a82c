import Tensors

/// Forward and backward by tiles.
extension StandardConvolution {
  /// Floats of the gradient of the transformed weights.
  var transformedSize: Int { WinogradConvolution.taps * inputChannels * channels }

  /// As ``forward(_:panels:into:moments:scratch:)``.
  func forward(
    _ tiles: WinogradConvolution, _ x: UnsafePointer<Float>, panels: UnsafePointer<Float>,
    into y: Pixels, moments: UnsafeMutablePointer<Double>?, scratch: UnsafeMutablePointer<Float>
  ) {
    tiles.forEachBand { band in
      fill(scratch, tiles, band, x)
      tiles.convolve(
        band, scratch, panels: panels, into: y, adding: false, scratch: scratch + tiles.bandSize)
      guard let moments else { return }
      for row in tiles.pixelRows(of: band) {
        ChannelMoments.accumulate(
          into: moments, channels: channels, y.dropping(row * geometry.width),
          count: geometry.width)
      }
    }
  }

  /// As ``backward(_:_:into:weightGradient:isAdding:scratch:)``.
  func backward(
    _ tiles: (outputs: WinogradConvolution, inputGradient: WinogradConvolution),
    _ output: OutputGradient, _ x: UnsafePointer<Float>, into input: InputGradient?,
    weightGradient: UnsafeMutablePointer<Float>, isAdding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (outputs, inputGradient) = tiles
    let gradients = scratch + outputs.bandSize
    let transformed = gradients + inputGradient.bandSize
    let rest = transformed + transformedSize
    outputs.forEachBand { band in
      fill(scratch, outputs, band, x)
      inputGradient.fill(gradients, band) { row, target in
        let first = row * geometry.width
        BatchNormalization.inputGradient(
          output.dz.dropping(first), output.y.dropping(first), count: geometry.width,
          channels: channels, output.coefficients, into: .rows(target, channels: channels))
      }
      outputs.accumulate(
        band, scratch, gradients, into: transformed, adding: band.lowerBound > 0, scratch: rest)
      guard let input else { return }
      inputGradient.convolve(
        band, gradients, panels: input.panels, into: .rows(input.dx, channels: inputChannels),
        adding: input.isAdding, scratch: rest)
    }
    outputs.finish(transformed, into: weightGradient, adding: isAdding)
  }

  private func fill(
    _ band: UnsafeMutablePointer<Float>, _ tiles: WinogradConvolution, _ tileRows: Range<Int>,
    _ x: UnsafePointer<Float>
  ) {
    let size = geometry.width * inputStep
    tiles.fill(band, tileRows) { row, target in target.update(from: x + row * size, count: size) }
  }
}
