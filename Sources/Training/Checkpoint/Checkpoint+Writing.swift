import Boundary
import Foundation
import HDF5
import Networks

extension Checkpoint {
  /// Writes a state: beside its name, synced, read back and verified, then renamed.
  ///
  /// - Parameters:
  ///   - state: What is written.
  ///   - path: The file's final name.
  ///   - advance: Is called whenever a part of it is done.
  /// - Throws: When any of it fails; an older file of that name is untouched then.
  public func write(
    _ state: ModelState, to path: String, advance: () -> Void = {}
  ) throws(TrainingError) {
    let partial = path + ".partial"
    do {
      try writeFile(state, to: partial, advance)
      try HDF5File.synchronize(partial)
      advance()
      try RegularFile(partial).dropFromCache()
      try verify(partial, like: state, advance)
      try HDF5File.publish(partial, as: path)
    } catch {
      unlink(partial)
      throw TrainingError(
        .output,
        "checkpoint \(path) cannot be written: \(Self.reason(error)); the checkpoints before it "
          + "are intact, make room or mend what it says and go on with --resume")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as HDF5Error: error.reason
    case let damage as CheckpointSeal.Damage: "read back, " + damage.reason
    default: "\(error)"
    }
  }

  /// First everything that describes, then the values: they end up in one piece, and all else in
  /// front of it, where the seal covers it.
  private func writeFile(_ state: ModelState, to path: String, _ advance: () -> Void) throws {
    let file = try HDF5File(creating: path, userBlock: CheckpointSeal.byteCount)
    try file.createGroup("/effnet")
    try writeDescription(file)
    let isAveraging = state.averagedWeights != nil
    let tensors = state.arenas.flatMap { arena in
      arena.tensors.map {
        (
          path: Self.path(arena, $0, isAveraging: isAveraging), $0.shape,
          values: arena.values(of: $0)
        )
      }
    }
    for (path, shape, values) in tensors {
      try Self.create(path, shape, UnsafeBufferPointer(values), file)
      advance()
    }
    let channels = mean.count
    let normalization = [
      ("mean", mean.map(Float.init)), ("variance", deviation.map { Float($0 * $0) }),
    ]
    for (name, values) in normalization {
      try values.withUnsafeBufferPointer {
        try Self.create(Self.normalizationDataset(name), [channels], $0, file)
      }
    }
    let count: [Int32] = [0]
    try count.withUnsafeBufferPointer {
      try Self.create(Self.normalizationDataset("count"), [], $0, file)
    }
    try writeKerasAttributes(state.table, file)
    for (path, _, values) in tensors {
      try file.write(UnsafeBufferPointer(values), to: path)
      advance()
    }
    for (name, values) in normalization {
      try values.withUnsafeBufferPointer { try file.write($0, to: Self.normalizationDataset(name)) }
    }
    try count.withUnsafeBufferPointer {
      try file.write($0, to: Self.normalizationDataset("count"))
    }
    try file.close()
    try CheckpointSeal.write(
      to: path,
      tensors: tensors.map(\.path) + Self.normalizationNames.map(Self.normalizationDataset),
      advance)
  }

  private static func create<Scalar: HDF5Scalar>(
    _ dataset: String, _ shape: [Int], _ values: UnsafeBufferPointer<Scalar>, _ file: HDF5File
  ) throws(HDF5Error) {
    try file.createDataset(dataset, of: Scalar.self, shape: shape)
    try file.setAttribute("sha256", of: dataset, to: sha256(UnsafeRawBufferPointer(values)))
  }

  private func writeDescription(_ file: HDF5File) throws(HDF5Error) {
    try file.setAttribute("format", of: "/effnet", to: "effnet-checkpoint")
    try file.setAttribute("version", of: "/effnet", to: Self.version)
    try file.setAttribute("step", of: "/effnet", to: step)
    try file.setAttribute("skipped", of: "/effnet", to: skippedSteps)
    try file.setAttribute("samples", of: "/effnet", to: sampleCount)
    try file.store(configuration, as: "configuration", in: "/effnet")
    try file.store(classNames, as: "classes", in: "/effnet")
    try file.setAttribute("mean", of: "/effnet", to: mean)
    try file.setAttribute("deviation", of: "/effnet", to: deviation)
    try file.setAttribute("data", of: "/effnet", to: dataSHA256)
    try file.setAttribute("run", of: "/effnet", to: run)
    try file.setAttribute("libraries", of: "/effnet", to: libraries)
    try file.setAttribute("stateSHA256", of: "/effnet", to: stateSHA256)
    try file.setAttribute("sha256", of: "/effnet", to: sha256)
  }

  /// What Keras' `load_weights` follows: the layers in graph order, and each layer's tensors.
  private func writeKerasAttributes(
    _ table: ParameterTable, _ file: HDF5File
  ) throws(HDF5Error) {
    let layers = Self.kerasLayers(table)
    for layer in layers {
      try file.setAttribute("weight_names", of: "/\(layer.name)", to: layer.weights)
    }
    try file.setAttribute("layer_names", to: layers.map(\.name))
    try file.setAttribute("backend", to: "tensorflow")
    try file.setAttribute("keras_version", to: Self.kerasVersion)
  }

  /// Without a version, Keras takes a file for one of version 1 and converts its layouts.
  private static let kerasVersion = "3.0.0"

  /// All layers with weights in graph order, with the names of their tensors.
  private static func kerasLayers(_ table: ParameterTable) -> [(name: String, weights: [String])] {
    let layers = table.layers.map { layer in
      (layer.name, layer.tensors.map { "\(layer.name)/\($0.name):0" })
    }
    // Keras' networks of the second family have the values of theirs in the code.
    guard table.family == .v1 else { return layers }
    return [("normalization", normalizationNames.map { "normalization/\($0):0" })] + layers
  }

  /// Tensors of Keras' `Normalization` layer, which holds variances.
  private static let normalizationNames = ["mean", "variance", "count"]

  static func normalizationDataset(_ name: String) -> String {
    "/normalization/normalization/\(name):0"
  }
}
