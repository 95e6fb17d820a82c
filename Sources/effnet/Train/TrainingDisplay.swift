import Boundary
import Foundation
import Reports
import Supervision
import Training

/// Shows a run: a progress bar on a terminal, plain lines elsewhere.
final class TrainingDisplay: TrainingObserver {
  private let folder: RunFolder
  private let isTerminal = StandardOutput.isTerminal
  private var lastDrawn = -Double.infinity

  init(_ folder: RunFolder) { self.folder = folder }

  func began(_ run: TrainingStart) {
    print(
      """
      \(run.model) at \(run.resolution) × \(run.resolution), \(run.classes.counted("class", "classes")), \
      \(run.parameters.groupedText) parameters
      \(run.trainingImages.groupedText) training and \(run.validationImages.groupedText) \
      \(run.evaluatesHeldOut ? "held-out" : "validation") images; batches of \(run.batchSize) in \
      \(run.microBatches.counted("micro-batch", "micro-batches"))\
      \(run.rounds > 1 ? " and \(run.rounds) rounds" : "")
      \(run.ranks.counted("rank")), OpenBLAS \(run.coreType); \
      \(run.totalSteps.counted("step")) of \(run.stepsPerEpoch.groupedText) an epoch; \
      output in \(folder.path)
      """)
    for line in run.replaced { print(line) }
    if run.firstStep > 0 { print("going on after step \(run.firstStep.groupedText)") }
    if run.firstStep < run.totalSteps { for line in run.changed { print(line) } }
  }

  func noticed(_ notice: String) { StandardError.warn(notice) }

  func beganStage(_ summary: String) {
    clearLine()
    print(summary)
  }

  func progressed(_ report: TrainingReport) {
    guard isTerminal, MonotonicTime.seconds - lastDrawn > 0.1 else { return }
    lastDrawn = MonotonicTime.seconds
    let width = 24
    let done = width * report.step / max(report.totalSteps, 1)
    let bar = String(repeating: "█", count: done) + String(repeating: "·", count: width - done)
    clearLine()
    print(
      "\(bar) \(report.step)/\(report.totalSteps)  loss \(fixed(report.loss, 3))  "
        + "top-1 \(report.top1.percentText)  \(fixed(report.imagesPerSecond, 0)) images/s  "
        + "left \(report.secondsLeft.durationText)",
      terminator: "")
    StandardOutput.flush()
  }

  func logged(_ report: TrainingReport) {
    clearLine()
    let notice = report.pace?.notice.map { "  \($0)" } ?? ""
    print(
      """
      step \(report.step)/\(report.totalSteps)  epoch \(fixed(report.epoch, 2))  \
      loss \(fixed(report.loss, 3))  top-1 \(report.top1.percentText)  \(Self.top5(report.top5))\
      rate \(String(format: "%.3g", report.learningRate))  \
      \(fixed(report.imagesPerSecond, 0)) images/s  waiting \(fixed(100 * report.waiting, 1)) %  \
      left \(report.secondsLeft.durationText)\(notice)
      """)
  }

  func evaluated(_ result: Evaluation, step: Int, epoch: Double) {
    clearLine()
    print(
      "validation after epoch \(fixed(epoch, 2)): top-1 \(result.top1.percentText) "
        + "(\(result.correct) of \(result.count))  \(Self.top5(result.top5))"
        + "loss \(fixed(result.loss, 3))")
  }

  func saved(_ path: String, step: Int) {}

  func finished(checkpoint: String, validation: Evaluation?, seconds: Double) {
    print("trained in \(seconds.durationText); checkpoint \(checkpoint)")
    // Without validation data there is nothing to evaluate with.
    let next = validation == nil ? "inspect" : "evaluate"
    print("page: \(folder.file("report.html")); next: effnet \(next) \(checkpoint)")
  }

  private static func top5(_ value: Double?) -> String {
    value.map { "top-5 \($0.percentText)  " } ?? ""
  }

  private func clearLine() {
    if isTerminal { StandardOutput.restartLine() }
  }
}
