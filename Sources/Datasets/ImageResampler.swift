import Tensors

/// Brings pictures of one size to the network's input: one rule for training and evaluation.
///
/// 1. Channels are converted (grey to colour: replicated; colour to grey: luma) and normalised.
/// 2. An axis that the fit shortens is reduced with a triangle filter, so that nothing aliases.
/// 3. The output is a single bilinear sampling of that, with half-pixel centres, at the points where
///    the random map and the rest of the fit lead. A point outside the picture gets the fill value;
///    within half a pixel of the border the outermost pixel continues.
///
/// Without a random map the third step only moves or enlarges the picture.
package final class ImageResampler {
  /// Weights of red, green and blue in luma: ITU-R BT.601.
  static let luma = [0.299, 0.587, 0.114]

  private let geometry: ImageGeometry
  /// Output channel = bias + Σ gain · source channel, `[channels][sourceChannels]` for the gains.
  private let gains: [Float]
  private let biases: [Float]
  private let fill: [Float]
  // Size of the picture after the reduction.
  private let rows: Int
  private let columns: Int
  private let rowFilter: ReductionFilter
  private let columnFilter: ReductionFilter
  // Scratch: the normalised picture, with fewer rows, and with fewer columns too; [rows, columns, C].
  private let converted: FloatBuffer
  private let shortened: FloatBuffer?
  private let reduced: FloatBuffer?

  /// Prepares for pictures of one geometry.
  ///
  /// - Precondition: The normalisation has as many channels as the network's input.
  package init(_ geometry: ImageGeometry, _ normalization: Normalization) {
    let channels = geometry.channels
    precondition(
      normalization.mean.count == channels,
      "a network with \(channels) channels cannot use \(normalization.mean.count) means")
    self.geometry = geometry
    let scales = normalization.deviation.map { 1 / (255 * $0) }
    gains = (0..<channels).flatMap { channel in
      (0..<geometry.sourceChannels).map { source in
        let weight =
          switch (geometry.sourceChannels, channels) {
          case (1, _): 1.0
          case (3, 1): Self.luma[source]
          default: source == channel ? 1.0 : 0
          }
        return Float(weight * scales[channel])
      }
    }
    biases = (0..<channels).map {
      Float(-normalization.mean[$0] / normalization.deviation[$0])
    }
    fill = (0..<channels).map {
      Float((geometry.fill / 255 - normalization.mean[$0]) / normalization.deviation[$0])
    }
    let (height, width) = (geometry.sourceHeight, geometry.sourceWidth)
    let fitted = geometry.fittedSize
    rows = min(height, fitted.height)
    columns = min(width, fitted.width)
    rowFilter = ReductionFilter(from: height, to: rows)
    columnFilter = ReductionFilter(from: width, to: columns)
    converted = FloatBuffer(count: height * width * channels)
    shortened = rows < height ? FloatBuffer(count: rows * width * channels) : nil
    reduced = columns < width ? FloatBuffer(count: rows * columns * channels) : nil
  }

  /// Writes the network's input for one picture.
  ///
  /// - Parameters:
  ///   - source: The picture, `[H, W, C]`.
  ///   - map: The random change of the picture.
  ///   - target: Input of the network, `[resolution, resolution, channels]`. Written.
  ///   - stride: Floats from pixel to pixel in `target`, at least the channels; the rest is zeroed.
  package func fill(
    from source: UnsafePointer<UInt8>, map: AffineMap = .identity,
    into target: UnsafeMutablePointer<Float>, channelStride stride: Int
  ) {
    convert(source)
    var picture = converted.start
    if let shortened {
      reduceRows(picture, into: shortened.start)
      picture = shortened.start
    }
    if let reduced {
      reduceColumns(picture, into: reduced.start)
      picture = reduced.start
    }
    sample(picture, map, into: target, channelStride: stride)
  }

  private func convert(_ source: UnsafePointer<UInt8>) {
    let (channels, sourceChannels) = (geometry.channels, geometry.sourceChannels)
    let target = converted.start
    for pixel in 0..<geometry.sourceHeight * geometry.sourceWidth {
      let bytes = source + pixel * sourceChannels
      for channel in 0..<channels {
        var value = biases[channel]
        for input in 0..<sourceChannels {
          value += gains[channel * sourceChannels + input] * Float(bytes[input])
        }
        target[pixel * channels + channel] = value
      }
    }
  }

  /// `[H, W, C]` to `[rows, W, C]`.
  private func reduceRows(
    _ picture: UnsafeMutablePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    let rowLength = geometry.sourceWidth * geometry.channels
    for (row, taps) in rowFilter.taps.enumerated() {
      let target = result + row * rowLength
      target.update(repeating: 0, count: rowLength)
      for tap in taps {
        let source = picture + tap.source * rowLength
        for index in 0..<rowLength { target[index] += tap.weight * source[index] }
      }
    }
  }

  /// `[rows, W, C]` to `[rows, columns, C]`.
  private func reduceColumns(
    _ picture: UnsafeMutablePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    let channels = geometry.channels
    var target = result
    for row in 0..<rows {
      let source = picture + row * geometry.sourceWidth * channels
      for taps in columnFilter.taps {
        target.update(repeating: 0, count: channels)
        for tap in taps {
          for channel in 0..<channels {
            target[channel] += tap.weight * source[tap.source * channels + channel]
          }
        }
        target += channels
      }
    }
  }

  private func sample(
    _ picture: UnsafeMutablePointer<Float>, _ map: AffineMap,
    into target: UnsafeMutablePointer<Float>, channelStride stride: Int
  ) {
    let (resolution, channels) = (geometry.resolution, geometry.channels)
    let fitted = geometry.fittedSize
    // Half the side of the fitted picture, and its centre in the output, at whole margins.
    let (halfHeight, halfWidth) = (Double(fitted.height) / 2, Double(fitted.width) / 2)
    let centreY = Double((resolution - fitted.height) / 2) + halfHeight
    let centreX = Double((resolution - fitted.width) / 2) + halfWidth
    let scaleY = Double(rows) / Double(fitted.height)
    let scaleX = Double(columns) / Double(fitted.width)
    var pixel = target
    for v in 0..<resolution {
      for u in 0..<resolution {
        let point = map(x: Double(u) + 0.5 - centreX, y: Double(v) + 0.5 - centreY)
        if abs(point.x) <= halfWidth && abs(point.y) <= halfHeight {
          let x = min(max((point.x + halfWidth) * scaleX - 0.5, 0), Double(columns - 1))
          let y = min(max((point.y + halfHeight) * scaleY - 0.5, 0), Double(rows - 1))
          let (left, top) = (Int(x), Int(y))
          let (fx, fy) = (Float(x - Double(left)), Float(y - Double(top)))
          let right = (min(left + 1, columns - 1) - left) * channels
          let below = (min(top + 1, rows - 1) - top) * columns * channels
          let corner = picture + (top * columns + left) * channels
          for channel in 0..<channels {
            let tap = corner + channel
            let upper = tap[0] + (tap[right] - tap[0]) * fx
            let lower = tap[below] + (tap[below + right] - tap[below]) * fx
            pixel[channel] = upper + (lower - upper) * fy
          }
        } else {
          for channel in 0..<channels { pixel[channel] = fill[channel] }
        }
        for channel in channels..<stride { pixel[channel] = 0 }
        pixel += stride
      }
    }
  }
}
