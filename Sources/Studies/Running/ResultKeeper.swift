import Foundation
import Training

/// Keeps what trainings come to: in the ledger, in the study, on the page; and removes what is of
/// no use any more.
final class ResultKeeper {
  private let study: Study
  /// Host of each rank.
  private let hosts: [String]
  private let records: StudyRecords
  private let publication: StudyPublication
  private var cleaning: CheckpointCleaning
  private let observer: (any StudyObserver)?
  /// Seconds that jobs have taken before they were stopped.
  private var spent: [Job: Double] = [:]

  init(
    _ study: Study, hosts: [String], _ records: StudyRecords, _ publication: StudyPublication,
    _ cleaning: CheckpointCleaning, _ observer: (any StudyObserver)?
  ) {
    self.study = study
    self.hosts = hosts
    self.records = records
    self.publication = publication
    self.cleaning = cleaning
    self.observer = observer
  }

  /// Keeps a result: whatever is decided by it is decided after that.
  ///
  /// - Throws: When it cannot be written, or tells that the recipe is to blame.
  func keep(
    _ entry: LedgerEntry, of work: GroupPlanner.Work, _ timing: Report.Timing
  ) throws(TrainingError) {
    try records.add(entry)
    study.add(entry)
    note(work, timing)
    let before = spent.removeValue(forKey: work.job) ?? 0
    observer?.did(work.job, entry, of: study, seconds: before + timing.seconds)
    if entry.end == .diverged, let problem = study.problemOfRecipe() { throw problem }
    try cleaning.clean(study, after: work.job)
    publication.renew()
  }

  /// Tells whoever sees the study of something to know.
  func tell(_ notice: String) { observer?.noticed(notice) }

  /// Notes a job that was stopped.
  func noteStop(of work: GroupPlanner.Work, _ timing: Report.Timing) {
    spent[work.job, default: 0] += timing.seconds
    note(work, timing)
  }

  /// Notes who has worked on a job.
  private func note(_ work: GroupPlanner.Work, _ timing: Report.Timing) {
    let slot = Slot(
      identity: work.job.trial.identity, epochs: work.job.epochs, images: work.job.trial.images,
      number: work.number, ranks: work.ranks, host: hosts[work.ranks[0]],
      seconds: timing.seconds, end: Date().timeIntervalSince1970,
      startSeconds: timing.startSeconds, trainedEpochs: timing.epochs, rankCount: hosts.count,
      sessionStart: records.sessionStart)
    records.note(slot)
    publication.note(slot)
  }
}
