import Boundary
import Datasets
import Foundation
import Reports

extension Evaluation {
  /// The result as a section of a page.
  ///
  /// - Parameters:
  ///   - when: When it was measured, such as "after epoch 3".
  ///   - dataset: What it was measured on.
  func section(_ when: String, _ dataset: Dataset) -> EvaluationSection {
    let classNames = dataset.classNames
    let thumbnails = Thumbnails(longestSide: Self.thumbnailSide)
    // A network may have more classes than its data have names for.
    let classCount = confusion?.classCount ?? classNames.count
    let largest = mistakes.map { max($0.truth, $0.predicted) + 1 }.max() ?? 0
    let unnamed = classNames.count..<max(classNames.count, classCount, largest)
    return EvaluationSection(
      summary:
        "Top-1 \((100 * top1).text(2)) % (\(correct.groupedText) of \(count.counted("image"))), "
        + (top5.map { "top-5 \((100 * $0).text(2)) %, " } ?? "")
        + "loss \(loss.text(4)), \(when).",
      classNames: classNames + unnamed.map { "class \($0)" },
      confusion: confusion?.counts.map(Int.init),
      mistakes: mistakes.map { mistake in
        EvaluationSection.Mistake(
          jpeg: thumbnails.jpeg(ofSample: mistake.sample, in: dataset), truth: mistake.truth,
          predicted: mistake.predicted, probability: Double(mistake.probability),
          source: Self.source(of: mistake.sample, in: dataset))
      })
  }

  /// Longer side of a small picture in pixels.
  private static let thumbnailSide = 96

  /// Where a sample came from, or its shard and place in it.
  private static func source(of sample: Int, in dataset: Dataset) -> String {
    let (shard, image) = dataset.locate(sample)
    let file = URL(fileURLWithPath: dataset.shards[shard].path).lastPathComponent
    return dataset.shards[shard].source(of: image) ?? "\(file) image \(image)"
  }

  /// Writes the page of a checkpoint's evaluation.
  func write(
    _ path: String, checkpoint: String, _ model: LoadedModel, _ dataset: Dataset
  ) throws(TrainingError) {
    let epoch = model.checkpoint.epoch(batchSize: model.configuration.batch.size)
    let page = EvaluationPage(
      title: URL(fileURLWithPath: checkpoint).lastPathComponent,
      model: "\(model.configuration.network.name) at \(model.network.architecture.resolution) × "
        + "\(model.network.architecture.resolution) · \(count.counted("image")) of "
        + DataFeed.list(dataset.shards.map { URL(fileURLWithPath: $0.path).lastPathComponent }),
      evaluation: section(
        "after epoch \(epoch.briefText) (step \(model.checkpoint.step.groupedText))", dataset))
    do {
      try page.html.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw TrainingError(
        .output, "\(path) cannot be written: \(error.systemReason); choose another for --report")
    }
  }
}
