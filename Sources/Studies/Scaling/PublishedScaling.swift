import Networks

/// What the published scaling costs, by exact count: a network with the coefficients that made it.
package struct PublishedScaling: Sendable {
  /// Its name, or its exponent φ.
  package let name: String
  package let coefficients: Coefficients
  package let multiplyAdds: Int
  /// Multiply-adds over those of the network that it is scaled from.
  package let factor: Double

  private init(_ name: String, _ coefficients: Coefficients, _ count: Int, over base: Int) {
    self.name = name
    self.coefficients = coefficients
    multiplyAdds = count
    factor = Double(count) / Double(base)
  }

  /// A base by the formula: ⌈1.2^φ·n⌉ blocks, 1.1^φ times the channels, 1.15^φ times the resolution
  /// (arXiv:1905.11946, section 3.3).
  ///
  /// - Parameter keepsEnds: Whether stem, head and the repeats of the first and the last stage
  ///   stay.
  package static func formula(
    _ exponents: [Int], from base: Architecture, keepsEnds: Bool = false
  ) -> [PublishedScaling] {
    exponents.map { phi in
      let coefficients = CompoundScaling().coefficients(
        phi: Double(phi), baseResolution: base.resolution)
      var table = StageTable(
        base.family, stem: base.stemChannels, head: base.headChannels, base.stages)
      table.scalesEnds = !keepsEnds
      var network = Architecture(table, coefficients)
      network.inputChannels = base.inputChannels
      network.classes = base.classes
      network.stemStride = base.stemStride
      return PublishedScaling(
        "\(phi)", coefficients, network.multiplyAdds, over: base.multiplyAdds)
    }
  }

  /// B0 to B7 as released, whose coefficients were set by hand, at 1,000 classes.
  package static let released = [Variant.b0, .b1, .b2, .b3, .b4, .b5, .b6, .b7].map { variant in
    PublishedScaling(
      variant.rawValue.uppercased(), variant.released.coefficients,
      Architecture(variant).multiplyAdds, over: Architecture(.b0).multiplyAdds)
  }
}
