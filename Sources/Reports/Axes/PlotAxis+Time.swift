/// Axes of time that has passed.
extension PlotAxis {
  /// Ticks that an axis has at most, but for that of 0.
  private static let timeTickLimit = 6.0

  /// An axis from 0 to `seconds`, which are above 0, with ticks at round times.
  init(secondsUpTo seconds: Double) {
    let units: [(seconds: Double, name: String, steps: [Double])] = [
      (1, "s", [1, 2, 5, 10, 15, 30]), (60, "min", [1, 2, 5, 10, 15, 30]),
      (3600, "h", [1, 2, 3, 6, 12]), (86_400, "d", [1, 2, 5, 10, 20, 50, 100, 200, 500]),
    ]
    for unit in units {
      for step in unit.steps where seconds / (step * unit.seconds) <= Self.timeTickLimit {
        let count = Int(seconds / (step * unit.seconds) + 1e-9)
        let ticks = (0...count).map { number in
          let value = Double(number) * step
          return (value * unit.seconds, number == 0 ? "0" : "\(value.text()) \(unit.name)")
        }
        self.init(from: 0, to: seconds, isLogarithmic: false, ticks: ticks)
        return
      }
    }
    self.init(from: 0, to: seconds, isLogarithmic: false, ticks: [(0, "0")])
  }
}
