import Foundation
import HDF5
import Networks

extension Checkpoint {
  /// Reads what a checkpoint says of itself, without its values.
  ///
  /// - Throws: When the file is missing, damaged, not a checkpoint, or of another version.
  public init(describing path: String) throws(TrainingError) {
    do {
      try self.init(HDF5File(reading: path), path)
    } catch {
      throw Self.explain(error, path)
    }
  }

  private init(_ file: HDF5File, _ path: String) throws {
    guard try file.exists("/effnet"), try file.hasAttribute("format", of: "/effnet") else {
      throw TrainingError(
        .data,
        "\(path) is not a checkpoint of this program: it has no group /effnet; "
          + "name one that `effnet train` wrote")
    }
    let version = try file.attribute("version", of: "/effnet", as: Int.self)
    guard version == Self.version else {
      throw TrainingError(
        .data,
        "checkpoint \(path) has version \(version) of the format, this program reads version "
          + "\(Self.version); use the program that wrote it")
    }
    self.init(
      step: try file.attribute("step", of: "/effnet", as: Int.self),
      sampleCount: try file.attribute("samples", of: "/effnet", as: Int.self),
      configuration: try file.stored("configuration", in: "/effnet").joined(),
      classNames: try file.stored("classes", in: "/effnet"),
      mean: try file.attribute("mean", of: "/effnet", as: [Double].self),
      deviation: try file.attribute("deviation", of: "/effnet", as: [Double].self),
      dataSHA256: try file.attribute("data", of: "/effnet", as: String.self),
      stateSHA256: try file.attribute("stateSHA256", of: "/effnet", as: String.self))
    guard try file.attribute("sha256", of: "/effnet", as: String.self) == sha256 else {
      throw Self.damaged(path, "its description does not match its checksum")
    }
  }

  /// Reads a state and verifies it.
  ///
  /// - Parameter state: A state of the same architecture and optimizer. Overwritten.
  /// - Throws: As ``init(describing:)``; when a tensor is missing or of another shape; when the
  ///   values do not match their hash.
  public static func read(
    _ path: String, into state: ModelState
  ) throws(TrainingError) -> Checkpoint {
    do {
      let file = try HDF5File(reading: path)
      let checkpoint = try Checkpoint(file, path)
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
          try file.read(
            dataset,
            into: UnsafeMutableBufferPointer(
              start: arena.buffer.start + tensor.offset, count: tensor.count))
        }
      }
      guard state.sha256 == checkpoint.stateSHA256 else {
        throw damaged(path, "its values do not match their checksum")
      }
      try checkpoint.verifyKerasAttributes(state.table, file, path)
      state.step = checkpoint.step
      return checkpoint
    } catch {
      throw explain(error, path)
    }
  }

  /// Compares what Keras follows with what belongs to the network.
  private func verifyKerasAttributes(
    _ table: ParameterTable, _ file: HDF5File, _ path: String
  ) throws {
    let layers = Self.kerasLayers(table)
    var isWhole =
      try file.attribute("layer_names", as: [String].self) == layers.map(\.name)
      && file.attribute("keras_version", as: String.self) == Self.kerasVersion
    for layer in layers where isWhole {
      isWhole =
        try file.attribute("weight_names", of: "/\(layer.name)", as: [String].self) == layer.weights
    }
    for (name, values) in Self.normalizationTensors((mean, deviation)) where isWhole {
      isWhole = try file.read("/normalization/normalization/\(name):0", as: Float.self) == values
    }
    guard isWhole else { throw Self.damaged(path, "what Keras would read does not belong to it") }
  }

  /// The run's configuration.
  public func parsedConfiguration(_ path: String) throws(TrainingError) -> Configuration {
    do throws(ConfigurationError) {
      return try Configuration(yaml: configuration, file: "\(path)/effnet@configuration")
    } catch {
      throw TrainingError(.data, "\(error)")
    }
  }

  private static func damaged(_ path: String, _ what: String) -> TrainingError {
    TrainingError(.data, "checkpoint \(path) is damaged: \(what); use an older one")
  }

  private static func explain(_ error: any Error, _ path: String) -> TrainingError {
    guard let error = error as? HDF5Error else { return TrainingError(error) }
    switch error.kind {
    case _ where (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil:
      return TrainingError(
        .data, "\(path) is a folder; name a checkpoint in it, such as \(path)/checkpoint-….h5")
    case .refused:
      return TrainingError(
        .data, "the system does not open checkpoint \(path): \(error.reason); mend that first")
    case .missingFile:
      return TrainingError(.data, "there is no checkpoint \(path); correct the path")
    default:
      return damaged(path, (error.object.map { "\($0): " } ?? "") + error.reason)
    }
  }
}

extension Checkpoint {
  /// Reads a checkpoint with the network and the optimizer that it describes itself.
  ///
  /// - Throws: As ``read(_:into:)``.
  public static func load(
    _ path: String
  ) throws(TrainingError) -> (Checkpoint, Configuration, ModelState) {
    let checkpoint = try Checkpoint(describing: path)
    let configuration = try checkpoint.parsedConfiguration(path)
    let architecture = Architecture(configuration.network, classes: checkpoint.classNames.count)
    let state = ModelState(
      table: architecture.parameterTable, isAveraging: configuration.averaging.decay > 0,
      usesMeanSquare: configuration.optimizer.kind == .rmsprop)
    return (try read(path, into: state), configuration, state)
  }

  /// Epochs passed, with their fraction, in batches of `batchSize` images.
  public func epoch(batchSize: Int) -> Double {
    Double(step) / Double((sampleCount + batchSize - 1) / batchSize)
  }
}
