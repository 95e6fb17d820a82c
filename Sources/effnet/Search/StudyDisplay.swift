import Boundary
import Foundation
import Reports
import Studies
import Supervision

/// Shows a study: a line for each training.
final class StudyDisplay: StudyObserver {
  private let folder: StudyFolder
  private let start = MonotonicTime.seconds

  init(_ folder: StudyFolder) { self.folder = folder }

  func began(_ study: Study, ranks: Int) {
    let images = study.imageCounts
    let heldOut = images.heldOut > 0 ? ", \(images.heldOut.groupedText) held out" : ""
    print(
      """
      \(study.kind.rawValue): \(study.configuration.run.network.name) as base, \
      \(study.recipe.base.multiplyAdds.groupedText) multiply-adds, \
      \(study.recipe.base.parameters.groupedText) parameters
      \(images.training.groupedText) training images\(heldOut), \
      \(images.validation.groupedText) validation images, \(study.recipe.classes) classes
      \(ranks.counted("rank")); output in \(folder.path)
      """)
    let done = (try? study.progress().done) ?? 0
    if done > 0 { print("going on after \(done.counted("training"))") }
    if let notice = try? study.noticeOfForeignResults(in: folder) { noticed(notice) }
  }

  func noticed(_ notice: String) { StandardError.warn(notice) }

  func did(_ job: Studies.Job, _ entry: LedgerEntry, of study: Study, seconds: Double) {
    let (known, done) = (try? study.progress()) ?? (0, 0)
    let name = study.name(of: job.trial.network)
    let rung = job.isWhole ? "" : " to epoch \(job.epochs)"
    let result =
      entry.top1.map { "top-1 \($0.percentText) (\(entry.correct) of \(entry.count))" }
      ?? "diverged: \(entry.reason ?? "")"
    print(
      "\(done)/\(known)  \(name), seed \(job.trial.seed)\(rung): \(result)  "
        + "in \(seconds.durationText)")
  }

  func finished(_ study: Study) {
    print(
      "studied in \((MonotonicTime.seconds - start).durationText); "
        + "results \(folder.file(StudyFolder.results))")
    print("page: \(folder.file(StudyFolder.page))")
  }
}
