import Datasets
import Foundation
import Reports

extension Evaluation {
  /// The result as a section of a page.
  ///
  /// - Parameters:
  ///   - when: When it was measured, such as "after epoch 3".
  ///   - thumbnail: A small picture of a sample and where it comes from, if there is one.
  func section(
    _ when: String, classNames: [String],
    thumbnail: (_ sample: Int) -> (jpeg: [UInt8], source: String?)?
  ) -> EvaluationSection {
    // A network may have more classes than its data have names for.
    let classCount = confusion?.classCount ?? classNames.count
    let largest = mistakes.map { max($0.truth, $0.predicted) + 1 }.max() ?? 0
    let unnamed = classNames.count..<max(classNames.count, classCount, largest)
    return EvaluationSection(
      summary:
        "Top-1 \((100 * top1).text(2)) % (\(correct.groupedText) of \(count.groupedText) images), "
        + "loss \(loss.text(4)), \(when).",
      classNames: classNames + unnamed.map { "class \($0)" },
      confusion: confusion?.counts.map(Int.init),
      mistakes: mistakes.map { mistake in
        let picture = thumbnail(mistake.sample)
        return EvaluationSection.Mistake(
          jpeg: picture?.jpeg, truth: mistake.truth, predicted: mistake.predicted,
          probability: Double(mistake.probability), source: picture?.source)
      })
  }

  /// Writes the page of a checkpoint's evaluation.
  func write(
    _ path: String, checkpoint: String, _ model: LoadedModel
  ) throws(TrainingError) {
    let dataset = model.pipeline.dataset
    let epoch = model.checkpoint.epoch(batchSize: model.configuration.batch.size)
    let page = EvaluationPage(
      title: URL(fileURLWithPath: checkpoint).lastPathComponent,
      model: "\(model.configuration.network.name) at \(model.network.architecture.resolution) × "
        + "\(model.network.architecture.resolution) · \(count.groupedText) images of "
        + DataFeed.list(dataset.shards.map { URL(fileURLWithPath: $0.path).lastPathComponent }),
      evaluation: section(
        "after epoch \(epoch.briefText) (step \(model.checkpoint.step.groupedText))",
        classNames: dataset.classNames, thumbnail: Thumbnails(dataset).callAsFunction))
    do {
      try page.html.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw TrainingError(
        .output, "\(path) cannot be written: \(error.systemReason); choose another for --report")
    }
  }
}
