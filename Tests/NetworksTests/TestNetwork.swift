import Networks
import Tensors

/// A network with its own arenas on synthetic images.
final class TestNetwork {
  let table: ParameterTable
  let weights: FloatBuffer
  let statistics: FloatBuffer
  let network: EfficientNet

  /// - Parameters:
  ///   - imageCount: Images in the batch, which has room for four micro-batches.
  ///   - microBatchSize: Images of a micro-batch.
  init(
    _ architecture: Architecture, imageCount: Int = 8, microBatchSize: Int = 2,
    groupLevel: Int? = nil, expansions: ExpansionStorage, frozen: FrozenPart = .none
  ) throws {
    table = architecture.parameterTable
    weights = try FloatBuffer(count: table.trainableSize)
    statistics = try FloatBuffer(count: table.statisticsSize)
    table.initialize(weights: weights.start, statistics: statistics.start, seed: 3)
    network = try EfficientNet(
      architecture,
      layout: BatchLayout(
        microBatchCount: 4, microBatchSize: microBatchSize, groupLevel: groupLevel),
      exchange: LocalExchange(), weights: weights, expansions: expansions, frozen: frozen,
      statistics: statistics)
    var random = CounterRandom(seed: 5, purpose: .synthetic)
    for i in 0..<network.images.count { network.images.start[i] = Float(random.normal()) }
    for run in network.beginBatch(imageCount: imageCount) {
      for (offset, position) in run.positions.enumerated() {
        network.labels[run.firstImage + offset] = Int32(position % architecture.classes)
        network.samples[run.firstImage + offset] = position
      }
    }
  }

  /// Sum of the losses, with the same dropout and drop-path each time.
  func loss() throws -> Double {
    let key = RandomKey(seed: 7, epoch: 1)
    return try network.train(key: key, smoothing: 0.1).reduce(0) { $0 + $1.loss }
  }
}

extension Architecture {
  /// Tables in which each kind of block reads the stem, and each follows each.
  static var tables: [[Stage]] {
    [
      [
        "cn_r2_k3_s1_c16_skip", "er_r2_k3_s2_e4_c24", "ir_r2_k5_s2_e4_c24_se0.25",
        "ds_r2_k3_s1_c24",
      ],
      [
        "er_r1_k5_s1_e2_c8_se0.5", "cn_r1_k3_s2_c24", "ds_r2_k5_s1_c24_se0.25",
        "cn_r2_k5_s2_c40_skip",
      ],
      ["ir_r2_k3_s2_e3_c32", "er_r2_k3_s1_e3_c32_se0.25", "ir_r1_k3_s1_e6_c24", "cn_r2_k3_s1_c24"],
      ["ds_r1_k3_s2_c16", "ir_r1_k3_s1_e6_c40", "ds_r1_k5_s2_c40", "er_r1_k5_s2_e4_c40"],
      // What is read raw lies in no room of its own, and the next output is larger than the last.
      ["cn_r1_k3_s1_c8", "ds_r1_k3_s1_c40", "cn_r1_k3_s1_c48", "ds_r2_k3_s1_c72"],
    ].map {
      $0.map {
        guard let stage = try? Stage(notation: $0) else { preconditionFailure("no row: \($0)") }
        return stage
      }
    }
  }

  /// Changes the ratio of all squeezes.
  mutating func squeeze(_ ratio: Double) {
    for index in stages.indices { stages[index].squeezeRatio = ratio }
  }

  /// A network as small as compound scaling makes it, without dropout and drop-path.
  static func small(
    isLite: Bool = false, _ change: (inout Architecture) -> Void = { _ in }
  ) -> Architecture {
    var architecture = Architecture(
      isLite ? .lite : .v1, Coefficients(width: 0.25, depth: 1.1, resolution: 33))
    architecture.classes = 5
    architecture.dropout = 0
    architecture.dropPath = 0
    change(&architecture)
    return architecture
  }
}
