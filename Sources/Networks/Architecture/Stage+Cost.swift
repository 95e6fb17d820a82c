extension Stage {
  /// Multiply-adds of a block for an image, squeeze-and-excitation included.
  ///
  /// Counted without making the block, which a search does for many thousands of tables.
  ///
  /// - Parameters:
  ///   - inputChannels: Channels of its input.
  ///   - side: Height and width of its input.
  ///   - stride: That of its k×k convolution.
  func multiplyAdds(ofBlockWith inputChannels: Int, side: Int, stride: Int) -> Int {
    let outSide = (side + stride - 1) / stride
    let (inputs, outputs) = (side * side, outSide * outSide)
    let expanded = inputChannels * expansion
    let taps = Self.taps(kernel)
    if kind == .convolution { return outputs * taps * inputChannels * channels }
    let gate = 2 * (squeezedChannels(ofInput: inputChannels) ?? 0) * expanded
    let projection = outputs * expanded * channels + gate
    return switch kind {
    case .convolution, .separable: outputs * taps * expanded + projection
    case .mbConv: inputs * inputChannels * expanded + outputs * taps * expanded + projection
    case .fusedMBConv: outputs * taps * inputChannels * expanded + projection
    }
  }

  /// Width of the squeeze of a block, from its *input* channels; nil without it.
  func squeezedChannels(ofInput channels: Int) -> Int? {
    squeezeRatio > 0 ? max(1, Int(Double(channels) * squeezeRatio)) : nil
  }

  /// Inputs of an output in one channel.
  static func taps(_ kernel: Int) -> Int { kernel * kernel }
}
