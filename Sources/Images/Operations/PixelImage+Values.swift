/// Operations that replace each value by another, whatever its neighbours; in place, on grey and
/// colour alike. Each goes through a table of 256 bytes.
extension PixelImage {
  /// Turns the picture into its negative.
  public func invert() {
    replaceValues { 255 - $0 }
  }

  /// Keeps the highest bits of each value.
  ///
  /// No bits at all keep one: the official code shifts by 8, which TensorFlow cuts to 7. Pillow
  /// would give black. Eight bits or more change nothing.
  /// - Precondition: `bits` is not negative.
  public func posterize(bits: Int) {
    precondition(bits >= 0, "\(bits) bits cannot be kept")
    let mask = -1 << (8 - min(max(bits, 1), 8))
    replaceValues { $0 & mask }
  }

  /// Inverts the values from a threshold on; with a threshold of 256 or more nothing changes.
  public func solarize(threshold: Int) {
    replaceValues { $0 < threshold ? $0 : 255 - $0 }
  }

  /// Adds to the values below 128, and cuts what leaves 8 bits.
  public func solarize(adding addition: Int) {
    replaceValues { $0 < 128 ? $0 + addition : $0 }
  }

  /// Blends with black: factor 0 gives black, 1 the picture, more than 1 a brighter one.
  public func adjustBrightness(_ factor: Double) {
    adjustContrast(factor, around: 0)
  }

  /// Blends with one grey: factor 0 gives that grey, 1 the picture, more than 1 more contrast.
  ///
  /// Pillow and torchvision take the picture's mean (`meanGrey(_:)`) for the grey.
  public func adjustContrast(_ factor: Double, around grey: UInt8) {
    replaceValues { Int(blend(Float(grey), Float($0), Float(factor))) }
  }

  /// Stretches each channel so that its least value becomes 0 and its greatest 255.
  ///
  /// The line through both is computed in Double as in Pillow; TensorFlow's floats can fall one
  /// short. A channel of one value stays.
  public func autoContrast() {
    for channel in 0..<channels {
      withHistogram(channel: channel) { histogram in
        guard let least = histogram.firstIndex(where: { $0 > 0 }),
          let greatest = histogram.lastIndex(where: { $0 > 0 }), least < greatest
        else { return }
        let scale = 255 / Double(greatest - least)
        let offset = -Double(least) * scale
        replaceValues(channel: channel) { Int(Double($0) * scale + offset) }
      }
    }
  }

  /// Makes all values of each channel about equally frequent.
  ///
  /// A channel stays if its pixels, those of its greatest value left out, are fewer than 255.
  public func equalize() {
    for channel in 0..<channels {
      withHistogram(channel: channel) { histogram in
        let greatest = histogram.lastIndex { $0 > 0 } ?? 0
        let step = (height * width - Int(histogram[greatest])) / 255
        guard step > 0 else { return }
        var count = step / 2
        replaceValues(channel: channel) { value in
          defer { count += Int(histogram[value]) }
          return count / step
        }
      }
    }
  }

  /// Replaces the values of one or all channels.
  ///
  /// - Parameters:
  ///   - channel: The channel, or `nil` for all of them.
  ///   - replacement: Gives the new value of an old one, is asked for 0, 1, … 255 in this order,
  ///     and is cut to 8 bits.
  @inline(__always)
  private func replaceValues(channel: Int? = nil, _ replacement: (Int) -> Int) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { table in
      for value in 0..<256 { table[value] = UInt8(clamping: replacement(value)) }
      let bytes = bytes
      let step = channel == nil ? 1 : channels
      var index = channel ?? 0
      while index < bytes.count {
        bytes[index] = table[Int(bytes[index])]
        index &+= step
      }
    }
  }

  /// Hands over how many pixels have each value of a channel.
  ///
  /// Plain `while` loops, here and above: over `stride(from:to:by:)` they take four times as long.
  @inline(__always)
  private func withHistogram(channel: Int, _ body: (UnsafeMutableBufferPointer<UInt32>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { histogram in
      histogram.initialize(repeating: 0)
      let (bytes, step) = (bytes, channels)
      var index = channel
      while index < bytes.count {
        histogram[Int(bytes[index])] &+= 1
        index &+= step
      }
      body(histogram)
    }
  }
}
