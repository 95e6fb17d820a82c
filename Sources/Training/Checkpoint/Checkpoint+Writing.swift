import Foundation
import HDF5
import Networks

extension Checkpoint {
  /// Writes a state: beside its name, synced, read back and verified, then renamed.
  ///
  /// - Throws: When any of it fails; an older file of that name is untouched then.
  public func write(
    _ state: ModelState, to path: String
  ) throws(TrainingError) {
    let partial = path + ".partial"
    do {
      try writeFile(state, to: partial)
      try Self.verify(partial, like: state)
      try HDF5File.publish(partial, as: path)
    } catch {
      unlink(partial)
      throw TrainingError(
        .output,
        "checkpoint \(path) cannot be written: \(Self.reason(error, partial)); the checkpoints "
          + "before it are intact, make room and go on with --resume")
    }
  }

  private static func reason(_ error: any Error, _ partial: String) -> String {
    guard let error = error as? HDF5Error else { return "\(error)" }
    return error.reason
  }

  private func writeFile(
    _ state: ModelState, to path: String
  ) throws(HDF5Error) {
    let file = try HDF5File(creating: path)
    let isAveraging = state.averagedWeights != nil
    for arena in state.arenas {
      for tensor in arena.tensors {
        let dataset = Self.path(arena, tensor, isAveraging: isAveraging)
        try file.createDataset(dataset, of: Float.self, shape: tensor.shape)
        try file.write(
          UnsafeBufferPointer(start: arena.buffer.start + tensor.offset, count: tensor.count),
          to: dataset)
      }
    }
    try writeKerasAttributes(state.table, (mean, deviation), file)
    try file.setAttribute("format", of: "/effnet", to: "effnet-checkpoint")
    try file.setAttribute("version", of: "/effnet", to: Self.version)
    try file.setAttribute("step", of: "/effnet", to: step)
    try file.setAttribute("samples", of: "/effnet", to: sampleCount)
    try file.store(configuration, as: "configuration", in: "/effnet")
    try file.store(classNames, as: "classes", in: "/effnet")
    try file.setAttribute("mean", of: "/effnet", to: mean)
    try file.setAttribute("deviation", of: "/effnet", to: deviation)
    try file.setAttribute("data", of: "/effnet", to: dataSHA256)
    try file.setAttribute("libraries", of: "/effnet", to: LibraryVersions.description)
    try file.setAttribute("stateSHA256", of: "/effnet", to: stateSHA256)
    try file.setAttribute("sha256", of: "/effnet", to: sha256)
    try file.close()
  }

  /// What Keras' `load_weights` follows: the layers in graph order, and each layer's tensors.
  private func writeKerasAttributes(
    _ table: ParameterTable, _ normalization: (mean: [Double], deviation: [Double]),
    _ file: HDF5File
  ) throws(HDF5Error) {
    let channels = normalization.mean.count
    for (name, values) in Self.normalizationTensors(normalization) {
      try file.write(values, to: "/normalization/normalization/\(name):0", shape: [channels])
    }
    try file.write([Int32(0)], to: "/normalization/normalization/count:0", shape: [])
    let layers = Self.kerasLayers(table)
    for layer in layers {
      try file.setAttribute("weight_names", of: "/\(layer.name)", to: layer.weights)
    }
    try file.setAttribute("layer_names", to: layers.map(\.name))
    try file.setAttribute("backend", to: "tensorflow")
    try file.setAttribute("keras_version", to: Self.kerasVersion)
  }

  /// Without a version, Keras takes a file for one of version 1 and converts its layouts.
  static let kerasVersion = "3.0.0"

  /// All layers with weights in graph order, with the names of their tensors.
  static func kerasLayers(_ table: ParameterTable) -> [(name: String, weights: [String])] {
    [("normalization", ["mean", "variance", "count"].map { "normalization/\($0):0" })]
      + table.layers.map { layer in
        (layer.name, layer.tensors.map { "\(layer.name)/\($0.name):0" })
      }
  }

  /// Values of Keras' `Normalization` layer, which holds variances.
  static func normalizationTensors(
    _ normalization: (mean: [Double], deviation: [Double])
  ) -> [(name: String, values: [Float])] {
    [
      ("mean", normalization.mean.map(Float.init)),
      ("variance", normalization.deviation.map { Float($0 * $0) }),
    ]
  }

  /// Reads a written file back and compares its hash with that of the state in memory.
  private static func verify(_ path: String, like state: ModelState) throws(TrainingError) {
    let copy = ModelState(
      table: state.table, isAveraging: state.averagedWeights != nil,
      usesMeanSquare: state.meanSquare != nil)
    _ = try read(path, into: copy)
  }
}
