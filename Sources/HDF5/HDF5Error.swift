public import Boundary

/// Why an HDF5 file could not be read or written.
public struct HDF5Error: Fault, Equatable {
  /// What went wrong, for programs.
  public enum Kind: Sendable, Equatable {
    /// The file to read, or a folder on the way to it, does not exist.
    case missingFile
    /// The system does not let the file be opened, with its error code; the reason is in its words.
    case refused(code: Int32)
    /// The file exists and is not an HDF5 file.
    case notHDF5
    /// The file is shorter than its own superblock says: a copy or a writer was cut off.
    case truncated
    /// The file's own structures contradict each other or what any program writes.
    case damaged
    /// The file has what HDF5 knows and this program does not take; the reason says what to do.
    case unsupported
    /// The file has no group, dataset or attribute of that name.
    case missingObject
    /// The numbers or strings in the file are of another type than the caller's.
    case wrongType
    /// The dataset or the caller's buffer has another shape than was asked for.
    case wrongShape
    /// The dataset is not stored in one piece.
    case wrongLayout
    /// Not all values of the dataset are in the file, or it claims more than the file can hold.
    case notStored
    /// The attribute is longer than an object header can hold.
    case attributeTooLarge
    /// The library or the file system refused; the reason is theirs.
    case library
  }

  /// What went wrong, for programs.
  public let kind: Kind
  /// What was being done, as a verb: `open`, `read`.
  public let operation: String
  /// Path of the file.
  public let file: String
  /// Path of the object in the file, with `@name` behind it for an attribute, as it is shown:
  /// escaped and cut, as a file's names may be of anything and of any length.
  public let object: String?
  /// What went wrong, for people.
  public let reason: String

  package init(kind: Kind, operation: String, file: String, object: String?, reason: String) {
    self.kind = kind
    self.operation = operation
    self.file = file
    self.object = object?.shown
    self.reason = reason
  }

  /// Bad data; who writes a file tells of it as output.
  public var faultKind: FaultKind { .data }

  /// One line that says what failed, where, and why.
  public var description: String {
    "cannot \(operation) \(object.map { "\($0) in " } ?? "")\(file.shown): \(reason)"
  }
}
