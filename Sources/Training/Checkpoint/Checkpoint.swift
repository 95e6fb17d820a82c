import Crypto
import Foundation
import HDF5
import Networks

/// A training state on disk, which is at the same time the model for other programs.
///
/// One HDF5 file. Its root is Keras' legacy weight layout with the weights to evaluate with (moving
/// averages where the run keeps them), so that `load_weights` of the Keras network reads it as it
/// is. The group `/effnet`, which Keras does not look at, holds what training needs to go on:
///
///     /LAYER/LAYER/NAME:0         weights and running statistics to evaluate with
///     /effnet/weights/LAYER/NAME  raw weights, when the root holds averages; likewise `statistics`
///     /effnet/velocity/…          optimizer; likewise `mean_square`
///     attributes of /effnet       format version step skipped samples configuration classes mean
///                                 deviation data run libraries stateSHA256 sha256
///     attribute sha256            of each dataset of numbers: hash of its values
///     /effnet/classes             a dataset, like `/effnet/configuration`, only where it is too long
///                                 for an attribute
///
/// `stateSHA256` covers the values together, `sha256` the other attributes of `/effnet`, and the
/// `CheckpointSeal` in front of the file every byte that is not a value. All are verified on load,
/// so a file that opens is to the bit what was written, and a damaged one names the damaged tensor.
public struct Checkpoint: Sendable {
  /// Version of the group `/effnet`.
  public static let version = 3

  /// Steps taken.
  public let step: Int
  /// Images of the training set; with the batch size they give the position in the epoch.
  public let sampleCount: Int
  /// The resolved configuration, as YAML.
  public let configuration: String
  /// Name of each class.
  public let classNames: [String]
  /// Mean of the input's channels, 0 to 1, for Keras' `Normalization` layer.
  public let mean: [Double]
  /// Their deviation.
  public let deviation: [Double]
  /// Hash of the training data, see `Dataset/sha256`.
  public let dataSHA256: String
  /// Hash of all values, see ``ModelState/sha256``.
  public internal(set) var stateSHA256: String
  /// Steps up to this one that were skipped, without one between them that was not.
  public let skippedSteps: Int
  /// Tells the checkpoints of one run from those of others; see ``RunFolder``.
  public let run: String
  /// The libraries that the state was made with, for people.
  public let libraries: String

  /// Describes a state.
  public init(
    step: Int, sampleCount: Int, configuration: String, classNames: [String], mean: [Double],
    deviation: [Double], dataSHA256: String, stateSHA256: String, skippedSteps: Int = 0,
    run: String = ""
  ) {
    self.init(
      step: step, sampleCount: sampleCount, configuration: configuration, classNames: classNames,
      mean: mean, deviation: deviation, dataSHA256: dataSHA256, stateSHA256: stateSHA256,
      skippedSteps: skippedSteps, run: run, libraries: LibraryVersions.description)
  }

  init(
    step: Int, sampleCount: Int, configuration: String, classNames: [String], mean: [Double],
    deviation: [Double], dataSHA256: String, stateSHA256: String, skippedSteps: Int, run: String,
    libraries: String
  ) {
    self.step = step
    self.sampleCount = sampleCount
    self.configuration = configuration
    self.classNames = classNames
    self.mean = mean
    self.deviation = deviation
    self.dataSHA256 = dataSHA256
    self.stateSHA256 = stateSHA256
    self.skippedSteps = skippedSteps
    self.run = run
    self.libraries = libraries
  }

  /// Hash of everything but the values.
  var sha256: String {
    let text = [
      "\(Self.version)", "\(step)", "\(sampleCount)", configuration,
      classNames.joined(separator: "\n"), "\(mean) \(deviation)", dataSHA256, stateSHA256,
      "\(skippedSteps)", run, libraries,
    ].joined(separator: "\u{0}")
    return SHA256.hash(data: Data(text.utf8)).hexadecimal
  }

  /// The first eight bytes of a text's SHA-256.
  package static func fingerprint(_ text: String) -> UInt64 {
    SHA256.hash(data: Data(text.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Hash of the values of a dataset.
  static func sha256(_ values: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: values)
    return hash.finalize().hexadecimal
  }

  /// Where the tensors of an arena lie in the file.
  static func path(_ arena: ModelState.Arena, _ tensor: ParameterTable.Tensor, isAveraging: Bool)
    -> String
  {
    let isEvaluated =
      isAveraging
      ? arena.name.hasPrefix("averaged_") : arena.name == "weights" || arena.name == "statistics"
    return isEvaluated
      ? "/\(tensor.layer)/\(tensor.layer)/\(tensor.name):0"
      : "/effnet/\(arena.name)/\(tensor.layer)/\(tensor.name)"
  }
}
