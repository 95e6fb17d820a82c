extension Architecture {
  /// An estimate of the bytes that training takes: the outputs of all convolutions, once for the
  /// pass forward and half as much again for what the pass backward adds, and six arenas of
  /// parameters.
  ///
  /// - Parameter images: Images of a batch that are on one rank.
  public func trainingBytes(images: Int) -> Double {
    let values = blocks.reduce(0.0) { sum, block in
      let area = Double(block.geometry.outHeight) * Double(block.geometry.outWidth)
      return sum + area * Double(block.expandedChannels + block.outputChannels)
    }
    return 4 * (1.5 * values * Double(images) + 6 * Double(parameterTable.parameterCount))
  }
}
