import Foundation
import HDF5
import Networks

extension Checkpoint {
  /// Writes a state: beside its name, synced, read back and verified, then renamed.
  ///
  /// - Parameters:
  ///   - normalization: Mean and deviation of the input channels, 0 to 1, for Keras'
  ///     `Normalization` layer.
  /// - Throws: When any of it fails; an older file of that name is untouched then.
  public func write(
    _ state: ModelState, to path: String, normalization: (mean: [Double], deviation: [Double])
  ) throws(TrainingError) {
    let partial = path + ".partial"
    do {
      try writeFile(state, to: partial, normalization: normalization)
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
    _ state: ModelState, to path: String, normalization: (mean: [Double], deviation: [Double])
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
    try writeKerasAttributes(state.table, normalization, file)
    try file.setAttribute("format", of: "/effnet", to: "effnet-checkpoint")
    try file.setAttribute("version", of: "/effnet", to: Self.version)
    try file.setAttribute("step", of: "/effnet", to: step)
    try file.setAttribute("samples", of: "/effnet", to: sampleCount)
    try file.setAttribute("configuration", of: "/effnet", to: configuration)
    try file.setAttribute("classes", of: "/effnet", to: classNames)
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
    let input = "normalization"
    let channels = normalization.mean.count
    let variance = normalization.deviation.map { Float($0 * $0) }
    try file.write(
      normalization.mean.map(Float.init), to: "/\(input)/\(input)/mean:0", shape: [channels])
    try file.write(variance, to: "/\(input)/\(input)/variance:0", shape: [channels])
    try file.write([Int32(0)], to: "/\(input)/\(input)/count:0", shape: [])
    try file.setAttribute(
      "weight_names", of: "/\(input)",
      to: ["mean", "variance", "count"].map { "\(input)/\($0):0" })
    let layers = table.layers
    for layer in layers {
      try file.setAttribute(
        "weight_names", of: "/\(layer.name)",
        to: layer.tensors.map { "\(layer.name)/\($0.name):0" })
    }
    try file.setAttribute("layer_names", to: [input] + layers.map(\.name))
    try file.setAttribute("backend", to: "tensorflow")
    // Without a version, Keras takes a file for one of version 1 and converts its layouts.
    try file.setAttribute("keras_version", to: "3.0.0")
  }

  /// Reads a written file back and compares its hash with that of the state in memory.
  private static func verify(_ path: String, like state: ModelState) throws(TrainingError) {
    let copy = ModelState(
      table: state.table, seed: 0, isAveraging: state.averagedWeights != nil,
      usesMeanSquare: state.meanSquare != nil)
    _ = try read(path, into: copy)
  }
}
