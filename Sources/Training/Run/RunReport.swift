import Boundary
import Datasets
import Foundation
import Reports

/// What shows a run to people: the page `report.html` and TensorBoard's event file; on rank 0.
///
/// A run does not end because they cannot be written: that is told, and it goes on without.
final class RunReport {
  /// Seconds between two versions of the page, unless something happens.
  private static let interval = 5.0

  private static let slowestRank = "slowest rank"

  private let folder: RunFolder
  private let log: RunLog
  private let observer: (any TrainingObserver)?
  private let stepsPerEpoch: Int
  private var page: RunPage
  private var events: EventFile?
  private var lastWritten = -Double.infinity
  private var isWritable = true

  /// Begins with the curves that the log has already.
  init(
    _ folder: RunFolder, _ start: TrainingStart, _ configuration: Configuration, hostCount: Int,
    _ log: RunLog, _ observer: (any TrainingObserver)?
  ) {
    self.folder = folder
    self.log = log
    self.observer = observer
    stepsPerEpoch = start.stepsPerEpoch
    page = RunPage(
      title: URL(fileURLWithPath: folder.path).standardized.lastPathComponent,
      model: "\(configuration.network.name) at \(start.resolution) × \(start.resolution) · "
        + "\(start.classes.counted("class", "classes"))")
    page.totalSteps = start.totalSteps
    page.epochs = Double(start.totalSteps) / Double(start.stepsPerEpoch)
    page.configuration = configuration.yaml
    page.facts = Self.facts(start, configuration, hostCount: hostCount)
    reached(start.firstStep)
    do {
      events = try EventFile(in: folder.path, after: start.firstStep)
    } catch { observer?.noticed("\(error); training goes on without it") }
    write()
  }

  private static func facts(
    _ start: TrainingStart, _ configuration: Configuration, hostCount: Int
  ) -> [(name: String, value: String)] {
    [
      ("parameters", start.parameters.groupedText),
      ("training images", start.trainingImages.groupedText),
      (
        start.evaluatesHeldOut ? "held-out images" : "validation images",
        start.validationImages.groupedText
      ),
      (
        "batch",
        "\(start.batchSize) in \(start.microBatches.counted("micro-batch", "micro-batches")) of "
          + "\(configuration.batch.microBatch)"
      ),
      ("steps an epoch", start.stepsPerEpoch.groupedText),
      ("optimizer", configuration.optimizer.kind.rawValue),
      ("ranks", "\(start.ranks) on \(hostCount.counted("host"))"),
      ("libraries", LibraryVersions.description),
    ] + stages(start, configuration)
  }

  /// A fact for each stage of progressive learning.
  private static func stages(
    _ start: TrainingStart, _ configuration: Configuration
  ) -> [(name: String, value: String)] {
    let count = configuration.training.progressiveStages
    guard count > 1 else { return [] }
    return (0..<count).map { configuration.stageSummary($0, of: start.totalSteps) }
  }

  /// A step was logged.
  func logged(_ report: TrainingReport) {
    reached(report.step)
    page.imagesPerSecond = report.imagesPerSecond
    page.secondsLeft = report.secondsLeft
    if let pace = report.pace {
      page.facts.removeAll { $0.name == Self.slowestRank }
      page.facts.append(
        (
          Self.slowestRank,
          "\(pace.slowestRank) on \(pace.slowestHost), "
            + "\(Int((100 * pace.excess).rounded())) % over the median"
        ))
    }
    append(
      report.step,
      [
        ("loss/train", report.loss), ("top1/train", report.top1),
        ("learning_rate", report.learningRate), ("images_per_second", report.imagesPerSecond),
        ("waiting", report.waiting),
      ] + Self.top5("train", report.top5))
    if MonotonicTime.seconds - lastWritten >= Self.interval { write() }
  }

  /// The validation data were evaluated.
  func evaluated(_ result: Evaluation, step: Int, _ dataset: Dataset) {
    reached(step)
    append(
      step,
      [("loss/validation", result.loss), ("top1/validation", result.top1)]
        + Self.top5("validation", result.top5))
    page.evaluation = result.section(
      "after epoch \(page.epoch.briefText) (step \(page.step.groupedText))", dataset)
    write()
  }

  /// All steps were taken.
  func finished() {
    page.status = .finished
    write()
  }

  /// The run ends before its last step.
  func stopped(_ reason: String, step: Int) {
    reached(step)
    page.status = .stopped(reason: reason)
    write()
  }

  private func reached(_ step: Int) {
    page.step = step
    page.epoch = Double(step) / Double(stepsPerEpoch)
  }

  private static func top5(_ images: String, _ value: Double?) -> [(tag: String, value: Double)] {
    value.map { [("top5/\(images)", $0)] } ?? []
  }

  private func append(_ step: Int, _ values: [(tag: String, value: Double)]) {
    do {
      try events?.append(step: step, values)
    } catch {
      events = nil
      observer?.noticed("\(error); training goes on without it")
    }
  }

  private func write() {
    typealias Point = LinePlot.Point
    let (steps, validations) = (log.steps, log.validations)
    page.loss = RunPage.Curves(
      training: steps.map { Point(x: $0.epoch, y: $0.loss) },
      validation: validations.map { Point(x: $0.epoch, y: $0.validationLoss) })
    page.top1 = RunPage.Curves(
      training: steps.map { Point(x: $0.epoch, y: $0.top1) },
      validation: validations.map { Point(x: $0.epoch, y: $0.validationTop1) })
    page.top5 = RunPage.Curves(
      training: steps.compactMap { step in step.top5.map { Point(x: step.epoch, y: $0) } },
      validation: validations.compactMap { validation in
        validation.validationTop5.map { Point(x: validation.epoch, y: $0) }
      })
    page.learningRate = steps.map { Point(x: $0.epoch, y: $0.learningRate) }
    page.speed = steps.map { Point(x: $0.epoch, y: $0.imagesPerSecond) }
    page.waiting = steps.compactMap { step in step.waiting.map { Point(x: step.epoch, y: $0) } }
    page.updated = Date()
    lastWritten = MonotonicTime.seconds
    do {
      try folder.write(page.html, to: "report.html")
      isWritable = true
    } catch {
      // Once, and not where the run itself ends because of it.
      if isWritable, case .running = page.status {
        observer?.noticed("\(error); training goes on without it")
      }
      isWritable = false
    }
  }
}
