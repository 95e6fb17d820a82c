public import Boundary
import Glibc
import HDF5

/// Why images could not be read, or not be packed.
public enum DatasetError: Fault, Equatable {
  /// No file is there, or none matches the pattern.
  case missing(path: String)
  /// Others of the `count` shards of a set are there, and this one is not.
  case incomplete(path: String, count: Int)
  /// The file is not a shard, or not what its writer left behind.
  case damaged(file: String, reason: String)
  /// The system does not let the file be read; `code` is its `errno`.
  case unreadable(file: String, code: Int32)
  /// The shard was written in another version of the format.
  case wrongVersion(file: String, found: Int)
  /// The label of an image is not the index of a class.
  case badLabel(file: String, image: Int, label: Int, classCount: Int)
  /// An image, or with `nil` everything but the images, is not what was written; `source` is where
  /// the image came from, if the shard knows.
  case checksumMismatch(file: String, image: Int?, source: String? = nil)
  /// A picture in a shard that cannot be decoded although it is what was written.
  case damagedImage(file: String, image: Int, source: String?, reason: String)
  /// Two shards that are not parts of one dataset.
  case inconsistent(first: String, second: String, reason: String)
  /// The shards have more images than can be numbered.
  case tooManyImages(count: Int)
  /// The images cannot be made into what the network takes.
  case incompatible(reason: String)
  /// A share of the images that cannot be held out from training.
  case badHoldOut(reason: String)
  /// The images to pack do not make sense.
  case badSource(file: String, reason: String)
  /// What is asked for cannot be made of a source.
  case badRequest(file: String, reason: String)
  /// A shard could not be written.
  case notWritten(file: String, reason: String)

  /// One line that says what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .missing(let path):
      "there is no shard \(path.shown); correct the path or pack the data first"
    case .incomplete(let path, let count):
      "shard \(path.shown) is missing, one of a set of \(count); copy it there or pack the data again"
    case .damaged(let file, let reason):
      "shard \(file.shown) cannot be read: \(reason); copy it again or pack it again"
    case .unreadable(let file, let code):
      "the system does not let shard \(file.shown) be read: "
        + "\(String(cString: strerror(code)).lowercased()); \(Self.advice(code))"
    case .wrongVersion(let file, let found):
      "shard \(file.shown) has version \(found) of the format, "
        + "this program reads \(ShardFormat.readableVersions.lowerBound) to "
        + "\(ShardFormat.readableVersions.upperBound); pack it again"
    case .badLabel(let file, let image, let label, let classCount):
      "\(file.shown): image \(image) has label \(label), but its \(classCount) classes are "
        + "0 to \(classCount - 1); correct the labels and pack them again"
    case .checksumMismatch(let file, let image?, let source):
      "shard \(file.shown): image \(image)\(Self.origin(source)) or its label does not match its checksum; "
        + "copy the shard again or pack it again"
    case .checksumMismatch(let file, nil, _):
      "shard \(file.shown): its description does not match its checksum; "
        + "copy the shard again or pack it again"
    case .damagedImage(let file, let image, let source, let reason):
      "shard \(file.shown): image \(image)\(Self.origin(source)) cannot be decoded: \(reason)"
    case .inconsistent(let first, let second, let reason):
      "shards \(first.shown) and \(second.shown) are not of one dataset: \(reason); name those of one dataset"
    case .tooManyImages(let count):
      "the shards have \(count) images, which are more than \(Dataset.countLimit); name fewer shards"
    case .incompatible(let reason):
      "the images do not fit the network: \(reason)"
    case .badHoldOut(let reason):
      "data.holdOut: \(reason)"
    case .badSource(let file, let reason), .badRequest(let file, let reason):
      "cannot pack \(file.shown): \(reason)"
    case .notWritten(let file, let reason):
      "cannot write shard \(file.shown): \(reason)"
    }
  }

  /// Bad data, unless what is asked for or written is at fault.
  public var faultKind: FaultKind {
    switch self {
    case .incompatible, .badHoldOut, .badRequest: .usage
    case .notWritten: .output
    default: .data
    }
  }

  private static func origin(_ source: String?) -> String {
    source.map { " (\($0.shown))" } ?? ""
  }

  /// What to do about an error of the system.
  private static func advice(_ code: Int32) -> String {
    switch code {
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n) or pack larger shards"
    case EACCES, EPERM: "make it readable for you"
    default: "see to the file system that it lies on"
    }
  }

  /// Passes on what `body` yields; errors of the file become errors of the dataset.
  static func reading<Value>(
    _ body: @autoclosure () throws(HDF5Error) -> Value
  ) throws(DatasetError) -> Value {
    do {
      return try body()
    } catch  where error.kind == .missingFile {
      throw .missing(path: error.file)
    } catch {
      if case .refused(let code) = error.kind { throw .unreadable(file: error.file, code: code) }
      throw .damaged(file: error.file, reason: error.objectAndReason)
    }
  }

  /// Passes on what `body` yields; a file that is refused becomes an error of the dataset that it
  /// is part of.
  static func opening<Value>(
    _ body: @autoclosure () throws(FileRefusal) -> Value
  ) throws(DatasetError) -> Value {
    do {
      return try body()
    } catch {
      switch error.kind {
      case .missing: throw .missing(path: error.path)
      case .system(let code): throw .unreadable(file: error.path, code: code)
      default: throw .damaged(file: error.path, reason: error.reason)
      }
    }
  }

  /// Passes on what `body` yields; errors of the file become errors of what is to be packed.
  static func unpacking<Value>(
    _ body: @autoclosure () throws(HDF5Error) -> Value
  ) throws(DatasetError) -> Value {
    do {
      return try body()
    } catch {
      throw .badSource(file: error.file, reason: error.objectAndReason)
    }
  }

  /// Passes on what `body` yields; a file that is refused becomes an error of what is to be packed.
  static func openingSource<Value>(
    _ body: @autoclosure () throws(FileRefusal) -> Value
  ) throws(DatasetError) -> Value {
    do { return try body() } catch {
      throw .badSource(file: error.path, reason: "it cannot be read: \(error.reason)")
    }
  }

  /// Passes on what `body` yields; errors of the file become errors of what is written.
  static func writing<Value>(
    _ body: @autoclosure () throws(HDF5Error) -> Value
  ) throws(DatasetError) -> Value {
    do {
      return try body()
    } catch {
      throw .notWritten(file: error.file, reason: error.objectAndReason)
    }
  }
}

extension HDF5Error {
  fileprivate var objectAndReason: String { (object.map { "\($0): " } ?? "") + reason }
}
