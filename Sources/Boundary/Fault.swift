/// What kind of fault an error tells of. The program ends with its number.
public enum FaultKind: Int32, Sendable {
  /// What was to hold does not: ranks that differ, a kernel that is wrong, a host that is not fit.
  case check = 1
  /// The command or the configuration is wrong, or does not fit the data, the ranks, or a
  /// checkpoint.
  case usage = 2
  /// A file from outside is missing, damaged, or of another kind.
  case data = 3
  /// Ranks cannot talk to each other.
  case rankLost = 4
  /// A rank does not go on.
  case rankStuck = 5
  /// A number is not finite, or too large.
  case numeric = 6
  /// A file cannot be written.
  case output = 7
}

/// An error that knows its kind, and says in one line what, where, and what to do.
public protocol Fault: Error, CustomStringConvertible {
  /// The kind, which decides what becomes of the program.
  var faultKind: FaultKind { get }

  /// Whether all ranks that work together know of it and end by it: then one of them speaks for
  /// all. Where these are not all of the job, whoever has split it decides what becomes of the
  /// others.
  var isShared: Bool { get }
}

extension Fault {
  /// An error of one rank alone.
  public var isShared: Bool { false }
}
