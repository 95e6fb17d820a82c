import Datasets
import Foundation

/// What a run leaves for people beside its checkpoints: log, page, TensorBoard's events and what
/// the observer is told; on rank 0.
final class RunRecords {
  private let folder: RunFolder
  private let observer: (any TrainingObserver)?
  private let log: RunLog
  /// None for a run that is finished already.
  private var page: RunReport?

  /// Opens the log, which loses what came after `start.firstStep`, and begins the page.
  ///
  /// - Throws: When the log cannot be opened, or the summary of an earlier end stays.
  init(
    _ folder: RunFolder, _ start: TrainingStart, _ configuration: Configuration, hostCount: Int,
    isFinished: Bool, _ observer: (any TrainingObserver)?
  ) throws(TrainingError) {
    self.folder = folder
    self.observer = observer
    let evaluatesAgain = start.firstStep >= start.totalSteps && !isFinished
    log = try RunLog(folder, continuingAt: start.firstStep, evaluatesAgain: evaluatesAgain)
    observer?.began(start)
    if isFinished { return }
    // That of a run which ended before it was given more steps.
    try Leftover.remove(folder.file("summary.json"))
    page = RunReport(folder, start, configuration, hostCount: hostCount, log, observer)
  }

  /// Top-1 of each step that was evaluated.
  var top1: [Int: Double] {
    Dictionary(
      log.validations.map { ($0.step, $0.validationTop1) }, uniquingKeysWith: { _, last in last })
  }

  /// A step was taken that is not logged.
  func progressed(_ report: TrainingReport) { observer?.progressed(report) }

  /// A step was taken that is logged.
  func logged(_ report: TrainingReport) throws(TrainingError) {
    try log.append(RunLog.Step(report))
    page?.logged(report)
    observer?.logged(report)
  }

  /// Something else happened, which people are told where it is urgent.
  func noted(_ notice: String, step: Int, isUrgent: Bool = true) throws(TrainingError) {
    try log.append(RunLog.Notice(step: step, notice: notice))
    if isUrgent { observer?.noticed(notice) }
  }

  /// A stage of progressive learning begins.
  func beganStage(_ summary: String, step: Int) throws(TrainingError) {
    try noted(summary, step: step, isUrgent: false)
    observer?.beganStage(summary)
  }

  /// The validation data were evaluated.
  func evaluated(
    _ result: Evaluation, step: Int, epoch: Double, _ dataset: Dataset
  ) throws(TrainingError) {
    try log.append(
      RunLog.Validation(
        step: step, epoch: epoch, validationLoss: result.loss, validationTop1: result.top1,
        validationTop5: result.top5))
    page?.evaluated(result, step: step, dataset)
    observer?.evaluated(result, step: step, epoch: epoch)
  }

  /// A checkpoint has its name.
  func saved(_ path: String, step: Int) { observer?.saved(path, step: step) }

  /// The run ends before its last step.
  func stopped(_ reason: String, step: Int) { page?.stopped(reason, step: step) }

  /// All steps were taken.
  func finished(
    _ summary: RunLog.Summary, _ validation: Evaluation?
  ) throws(TrainingError) {
    try log.finish(summary)
    page?.finished()
    observer?.finished(
      checkpoint: folder.checkpoint(step: summary.step), validation: validation,
      seconds: summary.seconds)
  }

  /// All steps were taken in an earlier session.
  func wasFinished(step: Int, of totalSteps: Int) {
    observer?.noticed("the run in \(folder.path) is finished, after step \(step) of \(totalSteps)")
  }
}
