/// What a study says of "this network is better than each of these".
///
/// An intersection–union test: the claim is shown where each of its parts is, each at the level of
/// the whole. Nothing is left to correct, because the claim is false as soon as one part is, and that
/// part alone errs at its level at most.
package struct ClaimAgainstAll: Sendable, Equatable {
  /// Level of each one-sided part.
  ///
  /// With a second rival to beat, networks that are all alike pass far less often than this; where one
  /// rival is as good and all others are far behind, it is reached. "Reversed" then adds
  /// ``Judgement/sideLevel`` over the number of rivals: at most 6.25 % of such studies err.
  package static let level = 0.05

  /// "Shown" where all parts are; "reversed" where some rival is better, by Holm's adjustment over all
  /// rivals at ``Judgement/sideLevel``.
  package let verdict: Judgement.Verdict
  /// The largest one-sided p of the parts; `nil` where a part has none, which is "not shown".
  package let p: Double?

  /// Judges the comparisons of a network with each of its rivals.
  ///
  /// - Precondition: There are two rivals or more. One is a matter of ``Judgement``.
  package init(_ comparisons: [PairedComparison]) {
    precondition(comparisons.count > 1, "a claim against all needs two rivals or more")
    let tests = comparisons.map(\.test.decisive)
    let greater = tests.compactMap { $0?.greater }
    p = greater.count == tests.count ? greater.max() : nil
    let reverses = Holm.adjusted(tests.map { $0?.less ?? 1 })
    verdict =
      reverses.contains { $0 <= Judgement.sideLevel }
      ? .reversed : p.map { $0 <= Self.level } == true ? .shown : .notShown
  }
}
