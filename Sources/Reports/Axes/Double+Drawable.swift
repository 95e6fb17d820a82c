extension Double {
  /// Whether it has a place in a plot: finite, and differences of two such numbers are finite, too.
  var isDrawable: Bool { magnitude < 1e300 }
}
