extension Sequence<Double> {
  /// The door of all statistics: refuses values that are not finite, and those beyond 10¹⁰⁰, whose
  /// squares could not be summed.
  ///
  /// A training that diverged has no score. It is counted and ranks last, and whoever calls leaves
  /// it out: a mean over what is no number would be none.
  func requireFinite(_ what: StaticString) {
    for value in self {
      precondition(abs(value) < 1e100, "\(what): \(value) is no measured value")
    }
  }
}
