import Tensors

/// The way between kernels' layouts and the dense arrays of their references.
extension Pixels {
  /// The first `count` pixels, dense `[pixels, C]`.
  package func values(count: Int, channels: Int) -> [Double] {
    (0..<count * channels).map { Double(start[place($0 / channels, $0 % channels)]) }
  }

  /// Writes dense values `[pixels, C]` rounded to floats, and `padding` behind the channels.
  package func write(_ values: [Double], channels: Int, padding: Float = 0) {
    for pixel in 0..<values.count / channels {
      for c in 0..<channelStride(channels) {
        start[place(pixel, c)] = c < channels ? Float(values[pixel * channels + c]) : padding
      }
    }
  }

  private func place(_ pixel: Int, _ channel: Int) -> Int {
    pixel * step + channel / vectorWidth * blockStep + channel % vectorWidth
  }
}
