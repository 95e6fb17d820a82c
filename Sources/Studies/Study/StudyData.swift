import Datasets
import Training

/// What a study has to know of its data.
struct StudyData {
  let classes: Int
  let counts: Study.ImageCounts
  /// Hashes of the images that are trained on, held out, and validated on.
  let digests: [String]

  /// Opens all shards.
  ///
  /// - Throws: When data are missing or damaged, or there is nothing to measure networks on.
  init(_ run: Configuration) throws(TrainingError) {
    let heldOut = run.data.holdOut > 0 ? try Self.feed(run, .heldOut) : nil
    let feed = try Self.feed(run, .validation)
    guard let validation = feed.validation?.dataset else {
      throw TrainingError(
        .usage, "data.validation is missing: a study compares networks on images of their own")
    }
    let training = feed.training.dataset
    classes = training.classNames.count
    counts = Study.ImageCounts(
      training: training.count, heldOut: heldOut?.validation?.dataset.count ?? 0,
      validation: validation.count)
    digests = [training.sha256, heldOut?.validation?.dataset.sha256 ?? "", validation.sha256]
  }

  private static func feed(
    _ run: Configuration, _ images: Trial.Images
  ) throws(TrainingError) -> DataFeed {
    let configuration: Configuration
    do {
      configuration = try Configuration(
        yaml: run.yaml, overrides: ["data.validateOn=\(images.rawValue)"])
    } catch { throw TrainingError(error) }
    do { return try DataFeed(configuration) } catch { throw TrainingError(error) }
  }
}
