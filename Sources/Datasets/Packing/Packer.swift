import Boundary
import Foundation
import HDF5

/// Turns a source of labelled images into shards for training and validation.
public struct Packer: Sendable {
  /// How many images are put aside for validation.
  public enum Validation: Sendable, Equatable {
    /// A share of all images, 0 to 1, rounded to whole images.
    case fraction(Double)
    /// A number of images.
    case count(Int)
  }

  /// The files that packing has written.
  public struct Output: Sendable, Equatable {
    /// Paths of the shards for training.
    public internal(set) var training: [String] = []
    /// Paths of the shards for validation; none if no image was put aside.
    public internal(set) var validation: [String] = []
  }

  /// How many images are put aside for validation.
  public var validation: Validation
  /// Chooses which images those are.
  public var seed: UInt64
  /// Most images of a shard.
  public var shardLimit: Int
  /// Whether images that look like a mistake are packed all the same.
  public var isAsIs: Bool

  /// Describes how images are divided.
  public init(
    validation: Validation, seed: UInt64 = 0, shardLimit: Int = 10_000, isAsIs: Bool = false
  ) {
    self.validation = validation
    self.seed = seed
    self.shardLimit = shardLimit
    self.isAsIs = isAsIs
  }

  /// Writes `train-00000-of-00002.h5`, … and `validation-00000-of-00001.h5`, ….
  ///
  /// - Parameters:
  ///   - images: What to pack.
  ///   - folder: Folder for the shards; created if it is missing.
  /// - Returns: The files written.
  /// - Throws: When the images cannot be read or divided, the folder has such shards already, or a
  ///   shard cannot be written; no shard is left behind then.
  public func pack(_ images: some ImageSource, into folder: String) throws(DatasetError) -> Output {
    if !isAsIs { try images.requirePlausible() }
    let split = try divide(labels: images.labels, of: images.name)
    return try write(into: folder) { (output) throws(DatasetError) in
      try write(images, split.training, named: "train", in: folder, to: &output.training)
      try write(images, split.validation, named: "validation", in: folder, to: &output.validation)
    }
  }

  /// Writes images that are divided already.
  ///
  /// - Returns: The files written.
  /// - Throws: As ``pack(_:into:)`` does.
  public func pack(
    training: some ImageSource, validation: some ImageSource, into folder: String
  ) throws(DatasetError) -> Output {
    if !isAsIs { try training.requirePlausible() }
    return try write(into: folder) { (output) throws(DatasetError) in
      try write(
        training, Array(training.labels.indices), named: "train", in: folder, to: &output.training)
      try write(
        validation, Array(validation.labels.indices), named: "validation", in: folder,
        to: &output.validation)
    }
  }

  /// Prepares a folder and lets `body` write shards, all or none.
  private func write(
    into folder: String, _ body: (inout Output) throws(DatasetError) -> Void
  ) throws(DatasetError) -> Output {
    try Self.create(folder)
    if let file = Self.shards(in: folder).first { throw Self.occupied(folder, by: file) }
    var output = Output()
    do {
      try body(&output)
    } catch {
      for file in output.training + output.validation { unlink(file) }
      throw error
    }
    return output
  }

  /// Creates a folder for shards if it is missing.
  public static func create(_ folder: String) throws(DatasetError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .notWritten(file: folder, reason: error.systemReason)
    }
  }

  /// The shards in a folder that packing has written, sorted.
  static func shards(in folder: String) -> [String] {
    ["train", "validation"].flatMap {
      ShardPath.matches(ShardPath.pattern("\($0)-*.h5", in: folder))
    }
  }

  static func occupied(_ folder: String, by file: String) -> DatasetError {
    .notWritten(
      file: folder, reason: "it already has \(file); name another folder or remove its shards")
  }

  /// Divides images at random, as many of each class.
  func divide(labels: [Int32], of name: String) throws(DatasetError) -> StratifiedSplit {
    let count = labels.count
    let greatest = StratifiedSplit.greatestValidationCount(labels)
    let validationCount: Int
    switch validation {
    case .count(let number): validationCount = number
    case .fraction(let share) where share >= 0 && share < 1:
      validationCount = min(greatest, Int((share * Double(count)).rounded()))
    case .fraction(let share):
      throw .badRequest(file: name, reason: "\(share) is not a fraction of the images")
    }
    guard shardLimit > 0 else {
      throw .badRequest(file: name, reason: "a shard cannot have \(shardLimit) images")
    }
    guard validationCount >= 0, validationCount < count else {
      throw .badRequest(
        file: name,
        reason: "\(validationCount) images for validation leave none of its \(count) for training")
    }
    guard validationCount <= greatest else {
      throw .badRequest(
        file: name,
        reason: "\(validationCount) images for validation leave a class none for training; at most "
          + "\(greatest) leave one of each")
    }
    return StratifiedSplit(labels: labels, validationCount: validationCount, seed: seed)
  }

  /// Divides samples into the fewest shards, of sizes that differ by at most one.
  func shards(of samples: [Int], named set: String) -> [(name: String, samples: [Int])] {
    let shardCount = (samples.count + shardLimit - 1) / shardLimit
    return (0..<shardCount).map { shard in
      let start = shard * samples.count / shardCount
      let end = (shard + 1) * samples.count / shardCount
      return (ShardPath.name(set, shard, of: shardCount), Array(samples[start..<end]))
    }
  }

  private func write(
    _ images: some ImageSource, _ samples: [Int], named set: String, in folder: String,
    to files: inout [String]
  ) throws(DatasetError) {
    let byteCount = images.height * images.width * images.channels
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: byteCount)
    defer { bytes.deallocate() }
    for (name, part) in shards(of: samples, named: set) {
      let path = "\(folder)/\(name)"
      let writer = try ShardWriter(path: path, images: images, count: part.count)
      for sample in part {
        try images.read(sample, into: bytes)
        try writer.append(UnsafeBufferPointer(bytes), label: images.labels[sample])
      }
      try writer.finish()
      files.append(path)
    }
  }
}
