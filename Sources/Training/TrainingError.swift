import Datasets
import HDF5
import MPI
import Networks

/// Why a run cannot begin, or cannot go on.
public struct TrainingError: Error, CustomStringConvertible {
  /// What kind of fault it is, which decides the program's exit code.
  public enum Kind: Sendable {
    /// The command or the configuration does not fit the data, the ranks, or the checkpoint.
    case usage
    /// A shard or checkpoint is missing, damaged, or of another kind.
    case data
    /// A loss that is not a number or too large, or weights that have diverged.
    case numeric
    /// Ranks that must hold the same bits do not.
    case check
    /// The output folder or a file in it cannot be written.
    case output
    /// Ranks could not talk to each other.
    case communication
  }

  /// The kind of fault.
  public let kind: Kind
  /// One line: what, where, what to do.
  public let description: String

  /// Whether all ranks have met it: then one of them speaks for all.
  package let isShared: Bool

  /// Whether a file is not what was written under its name: then an older one may do. What this
  /// program or this user cannot read may be whole.
  package let isDamage: Bool

  package init(
    _ kind: Kind, _ description: String, isShared: Bool = false, isDamage: Bool = false
  ) {
    self.kind = kind
    self.description = description
    self.isShared = isShared
    self.isDamage = isDamage
  }

  /// Classifies an error of one of the libraries below.
  init(_ error: any Error) {
    switch error {
    case let error as TrainingError: self = error
    case let error as DatasetError:
      let isUsage = if case .incompatible = error { true } else { false }
      self.init(isUsage ? .usage : .data, "\(error)")
    case let error as HDF5Error: self.init(.data, "\(error)")
    case let error as ConfigurationError: self.init(.usage, "\(error)")
    default: self.init(.communication, "\(error)")
    }
  }
}
