extension Double {
  /// Whether it has a place in a plot: finite, and differences of two such numbers are finite, too.
  var isDrawable: Bool { magnitude < 1e300 }

  /// Whether it has a place on a logarithmic axis.
  var isDrawableAsFactor: Bool { isDrawable && self > 1e-300 }
}
