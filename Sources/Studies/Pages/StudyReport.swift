import Boundary
import Foundation
import Reports
import Training

/// The page of a study.
package struct StudyReport {
  let study: Study
  let results: StudyResults
  /// Who did what when, as far as it is known.
  let slots: [Slot]
  /// Images a second of a core from the first step to the end, by network.
  let rates: [String: Double]
  let headway: Headway
  private let isHeld: Bool
  private let notice: String?

  /// - Parameters:
  ///   - isHeld: Whether somebody does the study.
  ///   - notice: What is to be known of the files beside the page.
  ///   - headway: Is told while rows of tables are written, of which there may be many.
  package init(
    study: Study, results: StudyResults, slots: [Slot], isHeld: Bool, notice: String? = nil,
    headway: Headway = .unwatched
  ) {
    self.isHeld = isHeld
    self.notice = notice
    self.study = study
    self.results = results
    self.slots = slots
    self.headway = headway
    rates = Self.rates(of: results.networks, slots, images: study.imageCounts.training)
  }

  /// The text of the page.
  ///
  /// - Parameter renewed: When it is written.
  package func html(renewed: Date) throws(TrainingError) -> String {
    var page = StudyPage(title: title, subtitle: subtitle)
    page.tiles = tiles
    page.verdicts = verdicts
    page.sections = try sections()
    page.absence = absence
    page.progress = try rest().map {
      StudyPage.Progress(done: results.scope.done, total: results.scope.jobs, $0)
    }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "yyyy-MM-dd HH:mm:ss 'UTC'"
    page.renewed = format.string(from: renewed)
    return page.html
  }

  /// What becomes of the rest of the study; nil where it is finished.
  private func rest() throws(TrainingError) -> StudyPage.Progress.Rest? {
    switch try study.state(isHeld: isHeld) {
    case .running: .running
    case .stopped: .stopped
    case .failed: .failed(study.problemOfRecipe()?.description ?? "")
    case .finished: nil
    }
  }

  /// Why there is no verdict, where there is none.
  private var absence: String {
    let asked = study.configuration.search.hypotheses
    if asked.isEmpty {
      return study.sessions.contains { !$0.hypotheses.isEmpty }
        ? "The hypotheses that were asked have been taken back." : "No hypothesis was asked."
    }
    return "No hypothesis has been tested yet."
  }

  private var title: String {
    let name = study.configuration.run.network.name
    return switch study.kind {
    case .scaling: "Scaling: \(name)"
    case .grid: "Shares of depth, width and resolution: \(name)"
    case .architecture: "Evolution: \(name)"
    }
  }

  /// Base, data and regime: no result holds beyond them.
  private var subtitle: String {
    let base = study.recipe.base
    let images = study.imageCounts
    let heldOut = images.heldOut > 0 ? ", \(images.heldOut.groupedText) held out" : ""
    return
      "base: \(base.architecture.resolution) × \(base.architecture.resolution) pixels, "
      + "\(base.depth) blocks, \(base.multiplyAdds.groupedText) multiply-adds, "
      + "\(base.parameters.groupedText) parameters · \(study.recipe.classes) classes, "
      + "\(images.training.groupedText) training images\(heldOut), "
      + "\(images.validation.groupedText) validation images · regime: \(study.recipe.epochs.counted("epoch")), "
      + "one recipe for all networks\(otherBits)"
      + (study.notices + [notice].compactMap { $0 }).map { " · \($0)" }.joined()
  }

  /// That a study went on where others would hardly come to its bits.
  private var otherBits: String {
    guard let first = study.sessions.first else { return "" }
    return study.sessions.allSatisfy(first.hasBits)
      ? "" : " · computed by more than one program or core type, whose bits may differ"
  }

  private var tiles: [(name: String, value: String, note: String)] {
    let scope = results.scope
    // One that goes on from a rung is the same training.
    let trainings = Set(results.networks.flatMap(\.trainings).map(\.identity)).count
    var tiles = [
      (
        name: "trainings", value: trainings.groupedText,
        note: scope.diverged > 0 ? "\(scope.diverged) diverged" : "none diverged"
      ),
      (name: "networks", value: results.networks.count.groupedText, note: "the base included"),
      (name: "images", value: Double(scope.trainedImages).metricText, note: "seen in training"),
    ]
    let rankSeconds = slots.reduce(0) { $0 + $1.seconds * Double($1.ranks.count) }
    if rankSeconds > 0 {
      tiles.append(
        (name: "core-hours kept", value: (rankSeconds / 3600).text(2), note: timeNote))
    }
    if let winner = results.winner {
      let top1 = winner.confirmed ?? winner.top1
      tiles.append(
        (name: "winner", value: winner.name, note: top1.map { "top-1 \($0.percentText)" } ?? ""))
    }
    return tiles
  }

  /// Nobody knows how long work has taken that a kill has lost.
  private var timeNote: String {
    let lost = "without what was lost by kills"
    guard let idle = IdleShares(slots)?.lastQuarter else { return lost }
    return "\(lost); \((100 * idle).text(1)) % idle in the last quarter"
  }

  /// What was asked for otherwise after results could be looked at.
  private var extensionSection: StudyPage.Section? {
    let extensions = study.extensions
    guard !extensions.isEmpty else { return nil }
    return StudyPage.Section(
      "What was asked later", note: "keys that changed when there were results",
      [
        .facts(
          extensions.map { results, changes in
            ("after \(results.counted("result"))", changes.joined(separator: "; "))
          })
      ])
  }

  private func sections() throws(TrainingError) -> [StudyPage.Section] {
    let findings = [
      accuracySection, triangleSection, searchSection, frontSection, rungSection, winnerSection,
      timeSection, extensionSection,
    ]
    return findings.compactMap { $0 } + [try networksSection()]
  }
}

extension Double {
  /// A probability, as people write it.
  var briefP: String { self < 0.001 ? "< 0.001" : text(self < 0.1 ? 3 : 2) }

  /// The same behind its letter.
  var pText: String { self < 0.001 ? "p \(briefP)" : "p = \(briefP)" }

  /// With its sign.
  func signedText(_ decimals: Int) -> String { (self >= 0 ? "+" : "") + text(decimals) }
}
