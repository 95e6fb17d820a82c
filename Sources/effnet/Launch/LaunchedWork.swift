import Training

/// What ranks are started for, of which the launcher knows nothing else.
protocol LaunchedWork {
  /// What people call it, such as "run".
  var name: String { get }
  /// How its networks are trained, and on which data.
  var configuration: Configuration { get }
  /// Where the ranks leave what they come to.
  var folder: RunFolder { get }
  /// Command and arguments of every rank; `--resume` behind them goes on from what the folder has,
  /// or begins.
  var arguments: [String] { get }
  /// Arguments of `effnet doctor` that have it look for what the ranks will need.
  var examination: [String] { get }
  /// The most ranks that can share it; `nil` where any number can.
  var mostRanks: Int? { get }
  /// Name of the file in the folder that is written last, when nothing is left to do.
  var lastFile: String { get }

  /// Refuses a folder that has what work of this kind could go on from.
  func requireNew() throws(TrainingError)

  /// How far it is by what its folder holds.
  ///
  /// - Throws: When the folder exists and cannot be read.
  func progress() throws(TrainingError) -> LaunchProgress
}
