import Networks

/// How Keras' functions scale numbers of channels: `round_filters` of `keras.applications`.
///
/// The channels of the first and the last convolution are in their code, so that a coefficient and
/// a divisor have to be found with which they, and all others, come to those of a network.
package struct KerasRounding: Sendable, Equatable {
  /// The second family has no lower bound, see ``filters(_:)``.
  package let family: StageTable.Family
  /// `width_coefficient`.
  package let width: Double
  /// `depth_divisor`, and `min_depth` of the second family.
  package let divisor: Int

  /// Channels of the first and the last convolution in Keras' code; of the second family, whose
  /// first one is given, only the latter.
  static let (stem, head) = (32, 1280)

  package init(_ family: StageTable.Family, width: Double, divisor: Int) {
    self.family = family
    self.width = width
    self.divisor = divisor
  }

  /// Finds the rounding that a network needs.
  ///
  /// - Returns: Nil where there is none: one coefficient cannot make its stem out of 32 and its
  ///   head out of 1280.
  package init?(_ architecture: Architecture) {
    let channels =
      [architecture.stemChannels, architecture.headChannels] + architecture.stages.map(\.channels)
    let common = channels.reduce(0, Self.greatestDivisor)
    for divisor in 1...max(1, common) where common % divisor == 0 {
      for width in Self.widths(architecture, divisor) {
        let rounding = KerasRounding(architecture.family, width: width, divisor: divisor)
        if rounding.makes(architecture) {
          self = rounding
          return
        }
      }
    }
    return nil
  }

  /// Coefficients that may do, those that people would write first.
  private static func widths(_ architecture: Architecture, _ divisor: Int) -> [Double] {
    let parts = [(architecture.headChannels, head), (architecture.stemChannels, stem)]
    let exact = parts.map { Double($0.0) / Double($0.1) }
    // The middle of what both allow, where the smallest number of channels is also made of any
    // less.
    let half = Double(divisor) / 2
    let low = parts.map { $0.0 == divisor ? 0 : (Double($0.0) - half) / Double($0.1) }
    let high = parts.map { (Double($0.0) + half) / Double($0.1) }
    let middle = (max(low[0], low[1]) + min(high[0], high[1])) / 2
    return [1] + exact + [middle]
  }

  /// Whether all channels come out.
  private func makes(_ architecture: Architecture) -> Bool {
    let ends =
      [(Double(Self.head), architecture.headChannels)]
      + (family == .v1 ? [(Double(Self.stem), architecture.stemChannels)] : [])
    let others =
      architecture.stages.map(\.channels)
      + (family == .v2 ? [architecture.stemChannels] : [])
    return width > 0
      && (ends + others.map { (argument($0), $0) }).allSatisfy { filters($0.0) == $0.1 }
  }

  /// What is to be given for channels of a stage.
  func argument(_ channels: Int) -> Double {
    width == 1 ? Double(channels) : Double(channels) / width
  }

  /// What Keras makes of a number of filters: the nearest multiple of the divisor, of the first
  /// family never more than 10 % less than asked for.
  package func filters(_ filters: Double) -> Int {
    let target = filters * width
    let rounded = max(divisor, Int(target + Double(divisor) / 2) / divisor * divisor)
    return family == .v1 && Double(rounded) < 0.9 * target ? rounded + divisor : rounded
  }

  private static func greatestDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : greatestDivisor(second, first % second)
  }
}
