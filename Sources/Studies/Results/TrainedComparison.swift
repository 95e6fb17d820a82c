import Statistics

/// The winner's training beside the first one of the base, on the same images: two trained networks
/// with their weights, and not their architectures, for which seeds are repeated.
package struct TrainedComparison: Codable, Sendable, Equatable {
  /// Identities of both trainings.
  package let winner, base: String
  /// Images that were measured.
  package let images: Int
  package let test: McNemar
  package let p: PValues

  /// - Returns: Nil without a winner, where that is the base, and before both have been trained.
  init?(_ study: Study, _ scores: Scores, winner: StudyNetwork?) {
    let base = study.recipe.base
    guard let winner, winner.network != base,
      let first = scores.firstTraining(winner.network, on: .validation),
      let second = scores.firstTraining(base, on: .validation),
      let correct = study.ledger[first]?.isCorrect, let other = study.ledger[second]?.isCorrect
    else { return nil }
    self.winner = first.trial.identity
    self.base = second.trial.identity
    images = correct.count
    test = McNemar(correct, other)
    p = test.p
  }
}
