import Boundary
import Foundation
import HDF5
import Networks

extension Checkpoint {
  /// Whether a file begins like a checkpoint of this version or a later one, whole or damaged.
  package static func isSealed(_ path: String) -> Bool { CheckpointSeal.begins(path) }

  /// Reads what a checkpoint says of itself, without its values.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - advance: Is called whenever a part of it is done.
  /// - Throws: When the file is missing, damaged, not a checkpoint, or of another version.
  public init(describing path: String, advance: () -> Void = {}) throws(TrainingError) {
    do {
      try self.init(Self.open(path, advance), path)
    } catch {
      throw Self.explain(error, path)
    }
  }

  /// Opens a file that is what was written, but for the values.
  private static func open(_ path: String, _ advance: () -> Void) throws -> HDF5File {
    let content = try RegularFile(path)
    let isSealed = try CheckpointSeal(verifying: content, advance) != nil
    let file = try HDF5File(reading: content)
    if isSealed { return file }
    guard try file.exists("/effnet"), try file.hasAttribute("format", of: "/effnet") else {
      throw TrainingError(
        .data,
        "\(path) is not a checkpoint of this program: it has no group /effnet; "
          + "name one that `effnet train` wrote", isDamage: true)
    }
    throw otherVersion(path, "\(try file.attribute("version", of: "/effnet", as: Int.self))")
  }

  private static func otherVersion(_ path: String, _ found: String) -> TrainingError {
    TrainingError(
      .data,
      "checkpoint \(path) has version \(found) of the format, this program reads version "
        + "\(version); use the program that wrote it, or move it away")
  }

  private init(_ file: HDF5File, _ path: String) throws {
    self.init(
      step: try file.attribute("step", of: "/effnet", as: Int.self),
      sampleCount: try file.attribute("samples", of: "/effnet", as: Int.self),
      configuration: try file.stored("configuration", in: "/effnet").joined(),
      classNames: try file.stored("classes", in: "/effnet"),
      mean: try file.attribute("mean", of: "/effnet", as: [Double].self),
      deviation: try file.attribute("deviation", of: "/effnet", as: [Double].self),
      dataSHA256: try file.attribute("data", of: "/effnet", as: String.self),
      stateSHA256: try file.attribute("stateSHA256", of: "/effnet", as: String.self),
      skippedSteps: try file.attribute("skipped", of: "/effnet", as: Int.self),
      run: try file.attribute("run", of: "/effnet", as: String.self),
      libraries: try file.attribute("libraries", of: "/effnet", as: String.self))
    // Texts too long for an attribute are not in the seal.
    guard try file.attribute("sha256", of: "/effnet", as: String.self) == sha256 else {
      throw Self.damaged(path, "its description does not match its checksum")
    }
    try requirePlausibility(path)
  }

  /// Refuses what no run writes, before anything is computed with it.
  private func requirePlausibility(_ path: String) throws(TrainingError) {
    guard (0...Self.countLimit).contains(step), (0...step).contains(skippedSteps),
      (1...Self.countLimit).contains(sampleCount)
    else {
      throw Self.damaged(
        path, "it says it is of step \(step) with \(skippedSteps) skipped and \(sampleCount) images"
      )
    }
    guard mean.count == deviation.count, mean.allSatisfy({ abs($0) <= Self.pixelLimit }),
      deviation.allSatisfy({ $0 > 0 && $0 <= Self.pixelLimit })
    else { throw Self.damaged(path, "its mean and deviation are none of pixels") }
    guard !classNames.isEmpty, Set(classNames.map { Array($0.utf8) }).count == classNames.count
    else { throw Self.damaged(path, "its classes have no names of their own") }
  }

  /// Steps or images: a step of a millisecond would have to be repeated for thousands of years.
  private static let countLimit = 1 << 48
  /// What mean and deviation of pixels of 0 to 1 can be, for any scale.
  private static let pixelLimit = 1e6

  /// Reads a state and verifies it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - state: A state of the same architecture and optimizer. Overwritten.
  ///   - advance: Is called whenever a part of it is done.
  /// - Throws: As ``init(describing:advance:)``; when a tensor is missing or of another shape; when
  ///   the values of a tensor do not match their hash, with its name.
  public static func read(
    _ path: String, into state: ModelState, advance: () -> Void = {}
  ) throws(TrainingError) -> Checkpoint {
    do {
      let (checkpoint, file) = try opened(path, advance)
      try forEachTensor(of: file, path, like: state) { dataset, values in
        try readVerified(dataset, into: values, file, path)
        advance()
      }
      try verifyNormalization(file, path)
      guard state.sha256 == checkpoint.stateSHA256 else {
        throw damaged(path, "its values do not match their checksum")
      }
      state.step = checkpoint.step
      state.skippedSteps = checkpoint.skippedSteps
      return checkpoint
    } catch {
      throw explain(error, path)
    }
  }

  /// Reads a file as everybody will, and compares it with this checkpoint and a state, to the bit.
  ///
  /// - Throws: As ``read(_:into:advance:)``; when anything differs.
  func verify(
    _ path: String, like state: ModelState, _ advance: () -> Void
  ) throws(TrainingError) {
    let largest = state.arenas.flatMap(\.tensors).map(\.count).max() ?? 0
    let scratch = UnsafeMutableBufferPointer<Float>.allocate(capacity: largest)
    defer { scratch.deallocate() }
    do {
      let (found, file) = try Self.opened(path, advance)
      guard found.sha256 == sha256 else { throw Self.damaged(path, "its description differs") }
      try Self.forEachTensor(of: file, path, like: state) { dataset, values in
        let copy = UnsafeMutableBufferPointer(rebasing: scratch[..<values.count])
        try Self.readVerified(dataset, into: copy, file, path)
        guard let read = copy.baseAddress, let expected = values.baseAddress,
          memcmp(read, expected, values.count * MemoryLayout<Float>.stride) == 0
        else {
          throw Self.damaged(path, "\(dataset) differs from the state in memory")
        }
        advance()
      }
      try Self.verifyNormalization(file, path)
    } catch { throw Self.explain(error, path) }
  }

  private static func opened(
    _ path: String, _ advance: () -> Void
  ) throws -> (Checkpoint, HDF5File) {
    let file = try open(path, advance)
    return (try Checkpoint(file, path), file)
  }

  /// Calls `body` with the name of each dataset and the place of its values in a state.
  private static func forEachTensor(
    of file: HDF5File, _ path: String, like state: ModelState,
    _ body: (String, UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws {
    let isAveraging = state.averagedWeights != nil
    for arena in state.arenas {
      for tensor in arena.tensors {
        let dataset = Self.path(arena, tensor, isAveraging: isAveraging)
        guard try file.exists(dataset) else {
          throw TrainingError(
            .usage,
            "checkpoint \(path) has no tensor \(dataset), which this network and optimizer need; "
              + "use the configuration it was trained with")
        }
        let shape = try file.shape(of: dataset)
        guard shape == tensor.shape else {
          throw TrainingError(
            .usage,
            "checkpoint \(path) is of another network: \(tensor.path) is \(shape) there and "
              + "\(tensor.shape) here; use the configuration it was trained with")
        }
        try body(dataset, arena.values(of: tensor))
      }
    }
  }

  private static func readVerified<Scalar: HDF5Scalar>(
    _ dataset: String, into values: UnsafeMutableBufferPointer<Scalar>, _ file: HDF5File,
    _ path: String
  ) throws {
    try file.read(dataset, into: values)
    let expected = try file.attribute("sha256", of: dataset, as: String.self)
    guard sha256(UnsafeRawBufferPointer(values)) == expected else {
      throw damaged(path, "the values of \(dataset) do not match their checksum")
    }
  }

  /// What training does not need, but Keras reads.
  private static func verifyNormalization(_ file: HDF5File, _ path: String) throws {
    for name in ["mean", "variance"] {
      let dataset = normalizationDataset(name)
      var values = [Float](repeating: 0, count: try file.shape(of: dataset).reduce(1, *))
      try values.withUnsafeMutableBufferPointer { try readVerified(dataset, into: $0, file, path) }
    }
    var count: [Int32] = [0]
    try count.withUnsafeMutableBufferPointer {
      try readVerified(normalizationDataset("count"), into: $0, file, path)
    }
  }

  /// The run's configuration.
  package func parsedConfiguration(_ path: String) throws(TrainingError) -> Configuration {
    do throws(ConfigurationError) {
      return try Configuration(yaml: configuration, file: "\(path)/effnet@configuration")
    } catch {
      throw TrainingError(.data, "\(error); use the program that wrote the checkpoint")
    }
  }

  private static func damaged(_ path: String, _ what: String) -> TrainingError {
    TrainingError(
      .data, "checkpoint \(path) is damaged: \(what); use an older one", isDamage: true)
  }

  /// A disk that cannot give a file back has damaged it; all else may pass.
  private static func unreadable(_ path: String, _ code: Int32) -> TrainingError {
    TrainingError(
      .data,
      "the system does not let checkpoint \(path) be read: "
        + "\(String(cString: strerror(code)).lowercased()); mend that first",
      isDamage: code == EIO)
  }

  private static func explain(_ error: any Error, _ path: String) -> TrainingError {
    switch error {
    case _ where (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil:
      return TrainingError(
        .data, "\(path) is a folder; name a checkpoint in it, such as \(path)/checkpoint-….h5",
        isDamage: true)
    case let refusal as FileRefusal:
      return switch refusal.kind {
      case .system(let code): unreadable(path, code)
      case .missing where (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil:
        TrainingError(
          .data,
          "checkpoint \(path) is a link that leads nowhere; mount what it leads to, or remove it",
          isDamage: true)
      case .missing: TrainingError(.data, "there is no checkpoint \(path); correct the path")
      case .notRegular:
        TrainingError(
          .data, "checkpoint \(path) cannot be read: \(refusal.reason); name another",
          isDamage: true)
      default: damaged(path, refusal.reason)
      }
    case let damage as CheckpointSeal.Damage:
      return damage.isOtherVersion
        ? otherVersion(path, damage.reason) : damaged(path, damage.reason)
    case let error as HDF5Error:
      if case .refused(let code) = error.kind { return unreadable(path, code) }
      return damaged(path, (error.object.map { "\($0): " } ?? "") + error.reason)
    case let fault as any Fault: return TrainingError(fault)
    default: return damaged(path, "\(error)")
    }
  }
}

extension Checkpoint {
  /// Reads a checkpoint with the network and the optimizer that it describes itself.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - advance: Is called whenever a part of it is done.
  /// - Throws: As ``read(_:into:advance:)``.
  public static func load(
    _ path: String, advance: () -> Void = {}
  ) throws(TrainingError) -> (Checkpoint, Configuration, ModelState) {
    let checkpoint = try Checkpoint(describing: path, advance: advance)
    let configuration = try checkpoint.parsedConfiguration(path)
    let architecture = Architecture(configuration.network, classes: checkpoint.classNames.count)
    let table = architecture.parameterTable
    let byteCount = (try? RegularFile(path).byteCount) ?? 0
    // Before memory is taken for it.
    guard table.parameterCount <= byteCount / MemoryLayout<Float>.stride else {
      throw damaged(
        path, "\(byteCount) bytes cannot hold the \(table.parameterCount) parameters it describes")
    }
    let state = try TrainingError.making(
      try ModelState(
        table: table, isAveraging: configuration.averaging.decay > 0,
        usesMeanSquare: configuration.optimizer.usesMeanSquare))
    return (try read(path, into: state, advance: advance), configuration, state)
  }

  /// Epochs passed, with their fraction, in batches of `batchSize` images.
  public func epoch(batchSize: Int) -> Double {
    // Numbers of a file may be any.
    let batches = max(sampleCount, 1).saturatingSum(batchSize - 1) / max(batchSize, 1)
    return Double(step) / Double(max(batches, 1))
  }
}
