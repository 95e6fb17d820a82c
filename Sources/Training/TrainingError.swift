public import Boundary
import Datasets
import Tensors

/// Why a run cannot begin, or cannot go on.
public struct TrainingError: Fault {
  /// The kind of fault.
  public let faultKind: FaultKind
  /// One line: what, where, what to do.
  public let description: String

  /// Whether all ranks of the training end by it: then one of them speaks for all.
  public let isShared: Bool

  /// Whether a file is not what was written under its name: then an older one may do. What this
  /// program or this user cannot read may be whole.
  package let isDamage: Bool

  /// The signal that ended it, where it was one; then the description says what was going on.
  public let stopSignal: Int32?

  package init(
    _ kind: FaultKind, _ description: String, isShared: Bool = false, isDamage: Bool = false,
    stopSignal: Int32? = nil
  ) {
    faultKind = kind
    self.description = description
    self.isShared = isShared
    self.isDamage = isDamage
    self.stopSignal = stopSignal
  }

  /// An error of one of the libraries below, or of training itself.
  package init(_ fault: any Fault) {
    self = fault as? TrainingError ?? TrainingError(fault.faultKind, fault.description)
  }

  /// Passes on what `body` yields; errors of data become errors of the training.
  static func reading<Value>(
    _ body: @autoclosure () throws(DatasetError) -> Value
  ) throws(TrainingError) -> Value {
    do { return try body() } catch { throw TrainingError(error) }
  }

  /// Passes on what `body` makes, unless there is no memory for it.
  static func making<Value>(
    _ body: @autoclosure () throws(MemoryShortage) -> Value
  ) throws(TrainingError) -> Value {
    do { return try body() } catch { throw TrainingError(error) }
  }
}
