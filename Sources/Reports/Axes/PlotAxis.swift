import Foundation

/// A scale from values to places, 0 to 1, with ticks at round values.
struct PlotAxis {
  /// A value with a label.
  struct Tick {
    let position: Double
    let label: String
  }

  private(set) var ticks: [Tick] = []
  private let isLogarithmic: Bool
  private var lower = 0.0
  private var upper = 1.0

  /// A length whose parts are still numbers.
  private static let shortest = 1e-290

  /// An axis that all `values` fit on.
  ///
  /// - Parameters:
  ///   - includesZero: Whether 0 is on the axis, too; not on a logarithmic one.
  ///   - isLogarithmic: Whether equal factors have equal lengths; values are above 0 then.
  ///   - endsAtTicks: Whether the axis is lengthened to the next ticks.
  ///   - tickCount: Ticks that would be best.
  ///   - isMetric: Whether ticks of a linear axis have the prefixes of powers of a thousand.
  init(
    _ values: some Sequence<Double>, includesZero: Bool = false, isLogarithmic: Bool = false,
    endsAtTicks: Bool = true, tickCount: Double = 4, isMetric: Bool = false
  ) {
    self.isLogarithmic = isLogarithmic
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = isLogarithmic ? (0.1, 1) : (0, 1) }
    if isLogarithmic {
      placeDecades(from: low, to: high)
      return
    }
    if includesZero { (low, high) = (min(low, 0), max(high, 0)) }
    // Ends that differ by roundings have no ticks between them.
    if high - low <= max(1e-9 * max(abs(low), abs(high)), Self.shortest) {
      let isZero = abs(low) <= Self.shortest
      let room = isZero ? 0.5 : 0.1 * abs(low)
      (low, high) = (isZero ? 0 : low - room, high + room)
    }
    place(from: low, to: high, step: Self.step(high - low, tickCount), endsAtTicks, isMetric)
  }

  /// An axis with given ends and ticks.
  ///
  /// - Parameters:
  ///   - low: The lower end, below `high`; above 0 on a logarithmic axis.
  ///   - isLogarithmic: Whether equal factors have equal lengths.
  init(
    from low: Double, to high: Double, isLogarithmic: Bool,
    ticks: [(value: Double, label: String)]
  ) {
    self.isLogarithmic = isLogarithmic
    (lower, upper) = isLogarithmic ? (log10(low), log10(high)) : (low, high)
    self.ticks = ticks.map { Tick(position: position($0.value), label: $0.label) }
  }

  /// Where a value lies: 0 at the lower end, 1 at the upper.
  func position(_ value: Double) -> Double {
    ((isLogarithmic ? log10(value) : value) - lower) / (upper - lower)
  }

  /// The value that lies at a place.
  func value(at position: Double) -> Double {
    let value = lower + position * (upper - lower)
    return isLogarithmic ? pow(10, value) : value
  }

  /// The step of 1, 2 or 5 times a power of ten that divides `length` in about `count` parts.
  private static func step(_ length: Double, _ count: Double) -> Double {
    let rough = length / count
    let power = pow(10, log10(rough).rounded(.down))
    let factor = rough / power
    return power * (factor < 1.41 ? 1 : factor < 3.16 ? 2 : factor < 7.07 ? 5 : 10)
  }

  private mutating func place(
    from low: Double, to high: Double, step: Double, _ endsAtTicks: Bool, _ isMetric: Bool
  ) {
    // A hair of tolerance, so that 0.3 / 0.1 is three steps.
    let inwards = endsAtTicks ? 1e-9 : -1e-9
    let first = (low / step + inwards).rounded(endsAtTicks ? .down : .up)
    let last = (high / step - inwards).rounded(endsAtTicks ? .up : .down)
    (lower, upper) = endsAtTicks ? (first * step, last * step) : (low, high)
    let decimals = Int(max(0, -(log10(step) + 1e-9).rounded(.down)))
    for number in stride(from: first, through: last, by: 1) {
      let value = number * step
      let isLong = decimals > 4 || abs(value) >= 1e7
      let label =
        number == 0
        ? "0"
        : isMetric
          ? value.metricText : isLong ? String(format: "%g", value) : value.text(decimals)
      ticks.append(Tick(position: position(value), label: label))
    }
  }

  /// Ends at 1, 2 or 5 times a power of ten, which are the ticks of a short axis; long ones have
  /// powers of ten.
  private mutating func placeDecades(from low: Double, to high: Double) {
    let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.down))
    let round = (decades.lowerBound...decades.upperBound + 1).flatMap { decade in
      [1, 2, 5].map { $0 * pow(10, Double(decade)) }
    }
    let first = round.last { $0 <= low * (1 + 1e-9) } ?? low
    let last = round.first { $0 >= high * (1 - 1e-9) && $0 > first } ?? high
    (lower, upper) = (log10(first), log10(last))
    let every = max(1, ((upper - lower) / 5).rounded(.up))
    for value in round where first <= value && value <= last {
      let decade = log10(value)
      let isPower = abs(decade - decade.rounded()) < 1e-9
      guard upper - lower < 3 || (isPower && Int(decade.rounded()) % Int(every) == 0) else {
        continue
      }
      ticks.append(Tick(position: position(value), label: String(format: "%g", value)))
    }
  }
}
