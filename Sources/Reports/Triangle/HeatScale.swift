/// Steps of colour for values between a lowest and a highest one.
struct HeatScale {
  let low, high: Double

  /// The scale of the values that are finite; `nil` without any.
  init?(_ values: some Sequence<Double>) {
    let finite = values.filter(\.isDrawable)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    (self.low, self.high) = (low, high)
  }

  /// The step of a value, 0 to ``PageColors/heatCount`` − 1; the middle one if all are equal.
  func step(_ value: Double) -> Int {
    guard high > low else { return PageColors.heatCount / 2 }
    let share = (value - low) / (high - low)
    return Int(share * Double(PageColors.heatCount)).clamped(0, PageColors.heatCount - 1)
  }

  /// The steps from low to high as a row of swatches between the two values.
  func key(_ text: (Double) -> String) -> String {
    let steps = high > low ? Array(0..<PageColors.heatCount) : [PageColors.heatCount / 2]
    let swatches = steps.map { "<i class=\"h\($0)\"></i>" }.joined()
    let end = high > low ? "<span>\(text(high).escapedForHTML)</span>" : ""
    return "<span class=\"heat\"><span>\(text(low).escapedForHTML)</span>"
      + "<span class=\"steps\">\(swatches)</span>\(end)</span>"
  }

  static let css: String =
    (0..<PageColors.heatCount).map { step in
      ".heat .h\(step) { background: var(--heat-\(step)); } "
        + ".plot .h\(step) { fill: var(--heat-\(step)); } "
        + ".plot text.on\(step) { fill: var(--on-\(step)); stroke: var(--heat-\(step)); }\n"
    }.joined() + """
      .heat { display: inline-flex; align-items: center; gap: 7px; color: var(--quiet);
        font-size: 12px; }
      .heat .steps { display: inline-flex; height: 10px; border-radius: 2px; overflow: hidden; }
      .heat i { width: 16px; }

      """
}
