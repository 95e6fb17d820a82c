import Reports
import Statistics

extension StudyReport {
  /// What was found, in sentences: claims, then their parts and all else that was compared.
  var verdicts: [StudyPage.Verdict] {
    results.claims.map(Self.sentence) + results.verdicts.map(sentence)
      + results.coincidences.map(Self.sentence)
  }

  private static func status(_ status: Judgement.Verdict?) -> StudyPage.Verdict.Status {
    switch status {
    case nil: .open
    case .shown: .shown
    case .reversed: .reversed
    case .notShown: .notShown
    }
  }

  private static func sentence(_ claim: Claim) -> StudyPage.Verdict {
    let rivals = claim.rivals.joined(separator: ", ")
    let sentence =
      switch claim.status {
      case .shown: "\(claim.first) beats all of \(rivals)."
      case .reversed: "\(claim.first) does not beat all of \(rivals): one of them is better."
      case .notShown: "That \(claim.first) beats all of \(rivals) is not shown."
      }
    let side = (100 * Judgement.sideLevel).text(1)
    var notes = ["shown where each part below is, one-sided at \(side) %"]
    if let p = claim.p { notes.append("largest \(p.pText)") }
    if claim.status == .reversed { notes.append("reversed by Holm's adjustment at \(side) %") }
    return StudyPage.Verdict(
      status(claim.status), sentence, note: notes.joined(separator: ", "))
  }

  private func sentence(_ verdict: Verdict) -> StudyPage.Verdict {
    // By no seed nothing was tried: "not shown" would say that it was.
    StudyPage.Verdict(
      verdict.seeds == 0 ? .untestable : Self.status(verdict.status), Self.words(verdict),
      note: (Self.numbers(verdict) + tests(verdict) + Self.costs(verdict) + basis(verdict))
        .joined(separator: ", "))
  }

  private static func words(_ verdict: Verdict) -> String {
    guard let difference = verdict.difference else {
      return "Whether \(verdict.first) is better than \(verdict.second) cannot be told: no seed is "
        + "left that neither of them diverged with."
    }
    let points = (100 * abs(difference)).text(2)
    return switch verdict.status {
    case nil:
      "Whether \(verdict.first) is better than \(verdict.second) is open: the difference is "
        + "\((100 * difference).text(2)) points so far, by \(verdict.seeds) of "
        + "\(verdict.asked.counted("seed"))."
    case .shown: "\(verdict.first) is \(points) points better than \(verdict.second)."
    case .reversed: "\(verdict.first) is \(points) points worse than \(verdict.second)."
    case .notShown:
      "Whether \(verdict.first) is better than \(verdict.second) is not shown: the difference is "
        + "\((100 * difference).text(2)) points."
    }
  }

  private static func numbers(_ verdict: Verdict) -> [String] {
    var notes: [String] = []
    if let interval = verdict.interval {
      notes.append("95 % interval \(interval.ofDifference.points) for other seeds")
    }
    if let interval = verdict.imagesInterval {
      notes.append("\(interval.ofDifference.points) for other seeds and images")
    }
    if verdict.status != nil { notes.append(verdict.seeds.counted("seed")) }
    return notes
      + verdict.lost.map { lost in
        "\(lost.seeds.count) of \(lost.asked.counted("seed")) of \(lost.network) diverged"
          + (lost.isBarred ? ", so that nothing can show it to be better" : "")
      }
  }

  private func tests(_ verdict: Verdict) -> [String] {
    var notes: [String] = []
    if let p = verdict.p { notes.append("two-sided \(p.twoSided.pText)") }
    if let p = verdict.signFlips { notes.append("by exact sign flips \(p.twoSided.briefP)") }
    if let p = verdict.holmP {
      let family = results.verdicts.count { $0.basis == verdict.basis }
      notes.append("with Holm's adjustment for \(family) such comparisons \(p.briefP)")
    }
    return notes
  }

  private static func costs(_ verdict: Verdict) -> [String] {
    var notes = ["multiply-adds \((100 * (verdict.costRatio - 1)).signedText(1)) %"]
    if let corrected = verdict.correctedDifference, verdict.costRatio != 1 {
      notes.append("corrected for that \((100 * corrected).text(2)) points")
    }
    if let ratio = verdict.varianceRatio {
      notes.append("pairing leaves \((100 * ratio).text(0)) % of the variance")
    }
    return notes
  }

  private func basis(_ verdict: Verdict) -> [String] {
    switch verdict.basis {
    case .hypothesis: ["asked for by a hypothesis"]
    case .afterwards: ["asked for only after there were results, which may have suggested it"]
    case .routine: ["not asked for: each study of this kind compares its winner so"]
    case .noticed: ["noticed afterwards"]
    }
  }

  private static func sentence(_ coincidence: Coincidence) -> StudyPage.Verdict {
    StudyPage.Verdict(
      .untestable,
      "Of \(coincidence.hypothesis) nothing can be told: both directions lead to one network, "
        + "\(coincidence.network).")
  }
}
