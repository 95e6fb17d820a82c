extension Double {
  /// A share of a length as styles and SVG take it, with two decimals: 0.12345 is "12.35%".
  var percentLength: String {
    // Adding 0 makes −0 a 0.
    "\((10_000 * self).rounded() / 100 + 0)%"
  }
}
