/// How values of a horizontal axis become lengths, and how they are written.
package enum AxisScale: Sendable {
  /// Equal lengths are equal differences.
  case linear
  /// Equal lengths are equal differences; values have the prefixes of powers of a thousand: 2.5 M.
  case metric
  /// Equal lengths are doublings; values up to 0 are left out.
  case doublings
  /// Equal lengths are doublings, and values have prefixes.
  case metricDoublings

  private var isMetric: Bool { self == .metric || self == .metricDoublings }

  /// Whether a value has a place.
  func holds(_ value: Double) -> Bool {
    switch self {
    case .linear, .metric: value.isDrawable
    case .doublings, .metricDoublings: value.isDrawableAsFactor
    }
  }

  /// An axis that all values fit on; each of them has a place.
  ///
  /// - Parameter hasRoom: Whether there is some beside the first and the last value.
  func axis(_ values: [Double], hasRoom: Bool) -> PlotAxis {
    guard self == .linear || self == .metric else {
      return PlotAxis(doublingsOf: values, isMetric: isMetric)
    }
    let room = hasRoom ? 0.04 * ((values.max() ?? 0) - (values.min() ?? 0)) : 0
    return PlotAxis(
      values.flatMap { [$0 - room, $0 + room] }, endsAtTicks: false, tickCount: 6,
      isMetric: isMetric)
  }

  /// A value in words.
  func text(_ value: Double) -> String { isMetric ? value.metricText : value.briefText }
}
