import Boundary
import Foundation
import Training

/// Writes what a study has come to so far, from its ledger alone: the page, and when it is finished
/// the results.
package final class StudyPublication {
  private let study: Study
  private let folder: StudyFolder
  private let headway: Headway
  /// Who has done what when.
  private var slots: [Slot]
  private var nextRenewal = -Double.infinity

  /// - Parameter headway: Is told while files are read, and results derived and written, which may
  ///   take long.
  package init(
    _ study: Study, _ folder: StudyFolder, _ headway: Headway = .unwatched
  ) throws(TrainingError) {
    self.study = study
    self.folder = folder
    self.headway = headway
    slots = try SlotFile.read(folder.file(StudyFolder.timing), headway)
  }

  /// Has the page tell who has done what, too.
  func note(_ slot: Slot) { slots.append(slot) }

  /// Writes the page of a study that nobody does, and the results of one that is finished; of one
  /// that is not, what is there stays: it may be all that is left of a ledger that was damaged.
  package func write() throws(TrainingError) {
    let results = try StudyResults(study, headway)
    try writePage(results, isHeld: false)
    guard try study.isFinished else { return }
    try withdraw()
    try writeWinner(results)
    // Last: whoever has started the ranks takes them for the end.
    try folder.run.write(results.json, to: StudyFolder.results)
  }

  /// Writes the page alone, which whoever does the study writes again.
  package func writePage() throws(TrainingError) {
    try writePage(StudyResults(study, headway), isHeld: true)
  }

  /// Has the page tell that the study was left; what goes wrong with it changes nothing.
  func leave() { try? writePage(StudyResults(study, headway), isHeld: false) }

  /// That there are results which are not of this ledger, if there are.
  package func noticeOfOtherResults() throws(TrainingError) -> String? {
    let path = folder.file(StudyFolder.results)
    guard try !study.isFinished, FileManager.default.fileExists(atPath: path) else { return nil }
    return "\(StudyFolder.results), and what was written with it, is of an earlier end of the "
      + "study and not of this ledger; going on with --resume removes it"
  }

  /// Removes what an earlier end of the study has left, which is not its end any more.
  package func withdraw() throws(TrainingError) {
    for name in [StudyFolder.results] + WinnerFiles.names {
      try Leftover.remove(folder.file(name))
    }
  }

  /// Writes what trains the winner elsewhere.
  private func writeWinner(_ results: StudyResults) throws(TrainingError) {
    guard let files = try WinnerFiles(study, results)?.files else { return }
    if files.contains(where: { $0.name.hasPrefix(WinnerFiles.familyFolder + "/") }) {
      try RunFolder(folder.file(WinnerFiles.familyFolder)).prepare()
    }
    for file in files { try folder.run.write(file.text, to: file.name) }
  }

  private func writePage(_ results: StudyResults, isHeld: Bool) throws(TrainingError) {
    let report = StudyReport(
      study: study, results: results, slots: slots, isHeld: isHeld,
      notice: try noticeOfOtherResults(), headway: headway)
    try folder.run.write(report.html(renewed: Date()), to: StudyFolder.page)
  }

  /// Seconds between two pages of a running study, and the share of the time that they may take.
  private static let secondsBetween = 10.0
  private static let share = 0.01

  /// Writes the page anew where it is old; what goes wrong with it stops nothing.
  package func renew() {
    let start = MonotonicTime.seconds
    guard start >= nextRenewal else { return }
    try? writePage()
    let end = MonotonicTime.seconds
    nextRenewal = end + max(Self.secondsBetween, (end - start) / Self.share)
  }
}
