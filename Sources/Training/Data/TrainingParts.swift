import Datasets

/// The images of the training shards: those that are trained on, and those that are held out.
struct TrainingParts {
  /// What is trained on.
  let training: Dataset
  /// The others, if any are held out.
  let heldOut: Dataset?

  /// Opens the training shards of a configuration and divides their images.
  ///
  /// - Parameter opened: Called after each shard.
  /// - Throws: When shards are missing, damaged or of different data sets, or when the share that
  ///   is to be held out cannot be.
  init(_ data: DataConfiguration, opened: () -> Void = {}) throws(DatasetError) {
    let whole = try Dataset(data.train, relativeTo: ".", opened: opened)
    if data.holdOut > 0 {
      let (training, heldOut) = try whole.holdingOut(data.holdOut)
      (self.training, self.heldOut) = (training, heldOut)
    } else {
      (training, heldOut) = (whole, nil)
    }
  }
}
