/// What a study says of "this network is better than each of these".
///
/// An intersection–union test: the claim is shown where each of its parts is, each at the level of
/// the whole. Nothing is left to correct, because the claim is false as soon as one part is, and
/// that part alone errs at its level at most. With a second rival to beat, networks that are all
/// alike pass far less often than this; where one rival is as good and all others are far behind,
/// it is reached.
///
/// The level is that of ``Judgement``, so that a claim is shown exactly where the verdicts on its
/// parts are all shown. "Reversed" adds that level over the number of rivals: at most 3.75 % of
/// such studies err.
package struct ClaimAgainstAll: Sendable, Equatable {
  /// "Shown" where all parts are; "reversed" where some rival is better, by Holm's adjustment over
  /// all rivals at ``Judgement/sideLevel``.
  package let verdict: Judgement.Verdict
  /// The largest one-sided p of the parts; `nil` where a part has none, and the claim is not shown.
  package let p: Double?

  /// Judges the comparisons of a network with each of its rivals.
  ///
  /// - Parameter comparisons: One a rival; `nil` for one with which no seed is in common.
  /// - Precondition: There are two rivals or more. One is a matter of ``Judgement``.
  package init(_ comparisons: [PairedComparison?]) {
    precondition(comparisons.count > 1, "a claim against all needs two rivals or more")
    let tests = comparisons.map { $0?.evidence }
    let greater = tests.compactMap { $0?.greater }
    p = greater.count == tests.count ? greater.max() : nil
    let reverses = Holm.adjusted(tests.map { $0?.less ?? 1 })
    verdict =
      reverses.contains { $0 <= Judgement.sideLevel }
      ? .reversed : p.map { $0 <= Judgement.sideLevel } == true ? .shown : .notShown
  }
}
