import Images

/// Turns 8-bit pixels into the network's input: channels converted, mean subtracted, divided by the
/// deviation.
struct PixelNormalizer: Sendable {
  /// Weights of red, green and blue in luma: ITU-R BT.601.
  static let luma = [0.299, 0.587, 0.114]

  /// Bytes a pixel.
  let sourceChannels: Int
  /// Channels of the network's input.
  let channels: Int
  /// Output channel = bias + Σ gain · source channel, `[channels][sourceChannels]` for the gains.
  private let gains: [Float]
  private let biases: [Float]
  /// Gains and biases of 16 neighbouring pixels of three channels, as three vectors.
  private let pattern: (gains: [SIMD16<Float>], biases: [SIMD16<Float>])

  /// Prepares for pictures of `sourceChannels`.
  ///
  /// - Parameter normalization: Mean and deviation of each channel of the network.
  /// - Throws: When the channels differ and are not 1 (grey) and 3 (red, green, blue).
  init(_ normalization: Normalization, sourceChannels: Int) throws(DatasetError) {
    let channels = normalization.mean.count
    guard sourceChannels == channels || [[1, 3], [3, 1]].contains([sourceChannels, channels])
    else {
      throw .incompatible(
        reason: "they have \(sourceChannels) channels, it has \(channels); give it as many")
    }
    self.sourceChannels = sourceChannels
    self.channels = channels
    let scales = normalization.deviation.map { 1 / (255 * $0) }
    gains = (0..<channels).flatMap { channel in
      (0..<sourceChannels).map { source in
        let weight =
          switch (sourceChannels, channels) {
          case (1, _): 1.0
          case (3, 1): Self.luma[source]
          default: source == channel ? 1.0 : 0
          }
        return Float(weight * scales[channel])
      }
    }
    let biases = (0..<channels).map {
      Float(-normalization.mean[$0] / normalization.deviation[$0])
    }
    self.biases = biases
    func repeated(_ values: [Float]) -> [SIMD16<Float>] {
      (0..<3).map { vector in
        var lanes = SIMD16<Float>()
        for lane in 0..<16 { lanes[lane] = values[(16 * vector + lane) % values.count] }
        return lanes
      }
    }
    pattern = (repeated(scales.map(Float.init)), repeated(biases))
  }

  /// Writes the network's input for one picture.
  ///
  /// - Parameter target: `[height, width, channels]`. Written.
  func normalize(_ image: PixelImage, into target: UnsafeMutablePointer<Float>) {
    precondition(image.channels == sourceChannels, "not a picture of \(sourceChannels) channels")
    let pixels = image.height * image.width
    var done = 0
    if sourceChannels == 3 && channels == 3 {
      done = pixels / 16 * 16
      let (gain0, gain1, gain2) = (pattern.gains[0], pattern.gains[1], pattern.gains[2])
      let (bias0, bias1, bias2) = (pattern.biases[0], pattern.biases[1], pattern.biases[2])
      var input = UnsafeRawPointer(image.start)
      var output = UnsafeMutableRawPointer(target)
      for _ in 0..<pixels / 16 {
        let (bytes0, bytes1, bytes2) = (
          input.loadUnaligned(as: SIMD16<UInt8>.self),
          input.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self),
          input.loadUnaligned(fromByteOffset: 32, as: SIMD16<UInt8>.self)
        )
        output.storeBytes(
          of: bias0.addingProduct(gain0, SIMD16<Float>(bytes0)), as: SIMD16<Float>.self)
        output.storeBytes(
          of: bias1.addingProduct(gain1, SIMD16<Float>(bytes1)), toByteOffset: 64,
          as: SIMD16<Float>.self)
        output.storeBytes(
          of: bias2.addingProduct(gain2, SIMD16<Float>(bytes2)), toByteOffset: 128,
          as: SIMD16<Float>.self)
        input += 48
        output += 192
      }
    }
    gains.withUnsafeBufferPointer { gains in
      for pixel in done..<pixels {
        let bytes = image.start + pixel * sourceChannels
        for channel in 0..<channels {
          var value = biases[channel]
          for input in 0..<sourceChannels {
            value.addProduct(gains[channel * sourceChannels + input], Float(bytes[input]))
          }
          target[pixel * channels + channel] = value
        }
      }
    }
  }
}
