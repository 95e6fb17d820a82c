import Datasets
import Training

/// What a study has to know of its data.
struct StudyData {
  let classes: Int
  let counts: ImageCounts
  /// Hashes of the images that are trained on, held out, and validated on.
  let digests: [String]

  /// What a session of the study has noted.
  init(_ session: LedgerLine.Session) {
    classes = session.classes
    counts = session.images
    digests = session.dataDigests
  }

  /// Opens all shards.
  ///
  /// - Parameter headway: Is told of each.
  /// - Throws: When data are missing or damaged, or there is nothing to measure networks on.
  init(_ run: Configuration, _ headway: Headway) throws(TrainingError) {
    let feed = try Self.feed(run, headway)
    try headway.note()
    guard let validation = feed.validation?.dataset else {
      throw TrainingError(
        .usage, "data.validation is missing: a study compares networks on images of their own")
    }
    let training = feed.training.dataset
    classes = training.classNames.count
    counts = ImageCounts(
      training: training.count, heldOut: feed.heldOut?.count ?? 0, validation: validation.count)
    digests = [training.sha256, feed.heldOut?.sha256 ?? "", validation.sha256]
  }

  /// With the validation data, whatever the base is evaluated on.
  private static func feed(
    _ run: Configuration, _ headway: Headway
  ) throws(TrainingError) -> DataFeed {
    let configuration: Configuration
    do {
      configuration = try Configuration(
        yaml: run.yaml, overrides: ["data.validateOn=\(Trial.Images.validation.rawValue)"])
    } catch { throw TrainingError(error) }
    do { return try DataFeed(configuration, opened: headway.advance) } catch {
      throw TrainingError(error)
    }
  }
}
