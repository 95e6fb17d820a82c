import Crypto
import Datasets
import Foundation
import Kernels
public import Networks
public import Tensors

/// Everything that training changes: parameters, running statistics, their moving averages and the
/// optimizer's moments, one arena each with the same places.
public final class ModelState {
  /// Tensors and places.
  public let table: ParameterTable
  /// Trained parameters.
  public let weights: FloatBuffer
  /// Running statistics of batch normalisation.
  public let statistics: FloatBuffer
  /// Moving average of the parameters; nil without averaging.
  public let averagedWeights: FloatBuffer?
  /// Moving average of the running statistics; nil without averaging.
  public let averagedStatistics: FloatBuffer?
  /// Momentum of the optimizer.
  public let velocity: FloatBuffer
  /// RMSProp's mean square of the gradients; nil with other optimizers.
  public let meanSquare: FloatBuffer?
  /// Steps taken.
  public var step = 0
  /// Steps that were skipped one after the other, up to the last one taken.
  public internal(set) var skippedSteps = 0

  /// Initial parameters, drawn from `seed`, and an optimizer at rest.
  ///
  /// - Throws: Where the system has not the memory.
  public convenience init(
    table: ParameterTable, seed: UInt64, isAveraging: Bool, usesMeanSquare: Bool
  ) throws(MemoryShortage) {
    try self.init(table: table, isAveraging: isAveraging, usesMeanSquare: usesMeanSquare)
    table.initialize(weights: weights.start, statistics: statistics.start, seed: seed)
    averagedWeights?.start.update(from: weights.start, count: weights.count)
    averagedStatistics?.start.update(from: statistics.start, count: statistics.count)
    // TensorFlow's RMSProp starts from ones, which damps the first steps.
    meanSquare?.values.update(repeating: 1)
  }

  /// Zeros, to be read from a checkpoint.
  init(
    table: ParameterTable, isAveraging: Bool, usesMeanSquare: Bool
  ) throws(MemoryShortage) {
    self.table = table
    weights = try FloatBuffer(count: table.trainableSize)
    statistics = try FloatBuffer(count: table.statisticsSize)
    velocity = try FloatBuffer(count: table.trainableSize)
    averagedWeights = isAveraging ? try FloatBuffer(count: table.trainableSize) : nil
    averagedStatistics = isAveraging ? try FloatBuffer(count: table.statisticsSize) : nil
    meanSquare = usesMeanSquare ? try FloatBuffer(count: table.trainableSize) : nil
  }

  /// The weights and statistics to evaluate with: averaged ones where there are any.
  public var evaluated: (weights: FloatBuffer, statistics: FloatBuffer) {
    (averagedWeights ?? weights, averagedStatistics ?? statistics)
  }

  /// An arena by the name under which a checkpoint keeps it.
  public struct Arena {
    /// Name of the group in a checkpoint.
    public let name: String
    /// The numbers.
    public let buffer: FloatBuffer
    /// The tensors in it.
    public let tensors: [ParameterTable.Tensor]

    /// The numbers of a tensor.
    func values(of tensor: ParameterTable.Tensor) -> UnsafeMutableBufferPointer<Float> {
      UnsafeMutableBufferPointer(rebasing: buffer.values[tensor.range])
    }
  }

  /// Takes over all numbers of a state of the same kind.
  func copy(_ other: ModelState) {
    for (own, its) in zip(arenas, other.arenas) {
      own.buffer.start.update(from: its.buffer.start, count: own.buffer.count)
    }
    step = other.step
    skippedSteps = other.skippedSteps
  }

  /// Zeros, in arenas like those of another state.
  convenience init(like other: ModelState) throws(MemoryShortage) {
    try self.init(
      table: other.table, isAveraging: other.averagedWeights != nil,
      usesMeanSquare: other.meanSquare != nil)
  }

  /// All arenas, in the order in which ``sha256`` reads them.
  public var arenas: [Arena] {
    var result = [
      Arena(name: "weights", buffer: weights, tensors: table.trainable),
      Arena(name: "statistics", buffer: statistics, tensors: table.statistics),
      Arena(name: "velocity", buffer: velocity, tensors: table.trainable),
    ]
    if let meanSquare {
      result.append(Arena(name: "mean_square", buffer: meanSquare, tensors: table.trainable))
    }
    if let averagedWeights, let averagedStatistics {
      result.append(
        Arena(name: "averaged_weights", buffer: averagedWeights, tensors: table.trainable))
      result.append(
        Arena(name: "averaged_statistics", buffer: averagedStatistics, tensors: table.statistics))
    }
    return result
  }

  /// Whether no value is infinite or not a number, and the squares can still be summed.
  public var isFinite: Bool {
    arenas.allSatisfy {
      OptimizerStep.sumOfSquares($0.buffer.start, count: $0.buffer.count).isFinite
    }
  }

  /// SHA-256, in hexadecimal, over the little-endian values of all tensors of all arenas.
  ///
  /// Equal hashes are equal bits: of weights, running statistics, averages and optimizer.
  public var sha256: String {
    var hash = SHA256()
    for arena in arenas {
      hash.update(data: Data(arena.name.utf8))
      for tensor in arena.tensors {
        hash.update(bufferPointer: UnsafeRawBufferPointer(arena.values(of: tensor)))
      }
    }
    return hash.finalize().hexadecimal
  }
}
