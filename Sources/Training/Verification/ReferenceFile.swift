import HDF5
import Kernels
import Networks
import Tensors

/// A file of reference values: a network, a batch, and what training it must give.
struct ReferenceFile {
  let path: String
  /// The network, whose activation may have to be recognised, see ``ReferenceVerification``.
  let architecture: Architecture
  /// Whether the file says which activation it was computed with.
  let namesActivation: Bool
  let batch: Int
  let labelSmoothing: Double
  let optimizer: OptimizerReference
  private let file: HDF5File

  /// The optimizer steps of the file.
  struct OptimizerReference {
    let settings: OptimizerConfiguration
    let learningRate: Double
    let steps: Int
    let losses: [Double]
  }

  init(_ path: String) throws(HDF5Error) {
    self.path = path
    file = try HDF5File(reading: path)
    guard try file.hasAttribute("resolution") else {
      throw HDF5Error(
        kind: .missingObject, operation: "read", file: path, object: nil,
        reason: "it is no file of reference values")
    }
    let table = try Self.table(file)
    let (width, depth) =
      table == nil
      ? (
        try file.attribute("width", as: Double.self), try file.attribute("depth", as: Double.self)
      ) : (1, 1)
    let resolution = try file.attribute("resolution", as: Int.self)
    let classes = try file.attribute("classes", as: Int.self)
    batch = try file.attribute("batch", as: Int.self)
    let steps = try file.attribute("steps", of: "rmsprop", as: Int.self)
    guard (0.01...10).contains(width), (0.01...10).contains(depth),
      (1...4_096).contains(resolution),
      (1...65_536).contains(classes), (1...65_536).contains(batch), (1...10_000).contains(steps)
    else {
      throw HDF5Error(
        kind: .wrongShape, operation: "read", file: path, object: nil,
        reason: "width, depth, resolution, classes, batch or steps are none of a network")
    }
    var architecture = Architecture(
      table ?? .v1, Coefficients(width: width, depth: depth, resolution: resolution))
    architecture.classes = classes
    guard architecture.isBearable else {
      throw HDF5Error(
        kind: .wrongShape, operation: "read", file: path, object: nil,
        reason: "its network is larger than any; \(Architecture.largest)")
    }
    if try file.hasAttribute("activation") {
      let name = try file.attribute("activation", as: String.self)
      guard let activation = Activation(rawValue: name) else {
        throw HDF5Error(
          kind: .wrongShape, operation: "read", file: path, object: nil,
          reason: "its activation is \(name), none of swish, relu6, identity")
      }
      architecture.activation = activation
      namesActivation = true
    } else {
      namesActivation = false
    }
    architecture.batchNormEpsilon = try file.attribute("bn_epsilon", as: Double.self)
    architecture.batchNormMomentum = try file.attribute("bn_momentum", as: Double.self)
    self.architecture = architecture
    labelSmoothing = try file.attribute("label_smoothing", as: Double.self)
    var settings = OptimizerConfiguration()
    settings.decay = try file.attribute("rho", of: "rmsprop", as: Double.self)
    settings.momentum = try file.attribute("momentum", of: "rmsprop", as: Double.self)
    settings.epsilon = try file.attribute("epsilon", of: "rmsprop", as: Double.self)
    settings.weightDecay = 0
    optimizer = OptimizerReference(
      settings: settings,
      learningRate: try file.attribute("learning_rate", of: "rmsprop", as: Double.self),
      steps: steps,
      losses: try file.read(
        "rmsprop/losses", as: Float.self, shape: [steps], converting: true
      ).map(Double.init))
  }

  /// The table of a network that is given as one; nil for the baseline, scaled.
  private static func table(_ file: HDF5File) throws(HDF5Error) -> StageTable? {
    guard try file.hasAttribute("stages") else { return nil }
    let rows = try file.attribute("stages", as: String.self).split(separator: " ")
    let naming = try file.attribute("naming", as: String.self)
    let (stem, head) = (
      try file.attribute("stem", as: Int.self), try file.attribute("head", as: Int.self)
    )
    func refusal(_ reason: String) -> HDF5Error {
      HDF5Error(
        kind: .wrongShape, operation: "read", file: file.path, object: nil, reason: reason)
    }
    guard let family = StageTable.Family(rawValue: naming), (1...65_536).contains(stem),
      (1...65_536).contains(head), (1...StageList.mostRows).contains(rows.count)
    else { throw refusal("stages, naming, stem or head are none of a network") }
    var stages: [Stage] = []
    for row in rows {
      do throws(Stage.NotationError) {
        stages.append(try Stage(notation: String(row)))
      } catch { throw refusal("row \(String(row).shown(limit: 80)) of its stages: \(error)") }
    }
    return StageTable(family, stem: stem, head: head, stages)
  }

  /// Copies the file's weights and running statistics into a model.
  func load(_ state: ModelState) throws(HDF5Error) {
    for tensor in state.table.trainable {
      try load(tensor, into: state.weights.start)
    }
    for tensor in state.table.statistics {
      try load(tensor, into: state.statistics.start)
    }
  }

  private func load(
    _ tensor: ParameterTable.Tensor, into arena: UnsafeMutablePointer<Float>
  ) throws(HDF5Error) {
    let values = try file.read("weights/\(tensor.path):0", as: Float.self, shape: tensor.shape)
    (arena + tensor.offset).update(from: values, count: values.count)
  }

  /// Puts the images and labels of `runs` where the network expects them.
  func fill(_ network: EfficientNet, _ runs: [LocalRun]) throws(HDF5Error) {
    let labels = try file.read("labels", as: Int32.self, shape: [batch], converting: true)
    guard labels.allSatisfy({ (0..<Int32(architecture.classes)).contains($0) }) else {
      throw HDF5Error(
        kind: .wrongShape, operation: "read", file: path, object: "labels",
        reason: "labels go from 0 to \(architecture.classes - 1)")
    }
    for run in runs {
      try fill(network.images, from: run.firstImage, with: run.positions)
      for (offset, position) in run.positions.enumerated() {
        network.labels[run.firstImage + offset] = labels[position]
      }
    }
  }

  /// Puts the images at `positions` behind the first ones of a buffer.
  func fill(
    _ images: FloatBuffer, from first: Int = 0, with positions: Range<Int>
  ) throws(HDF5Error) {
    let imageSize = architecture.resolution * architecture.resolution * architecture.inputChannels
    try file.read(
      "input", rows: positions,
      into: UnsafeMutableBufferPointer(
        start: images.start + first * imageSize, count: positions.count * imageSize))
  }

  /// A dataset of `count` numbers.
  func values(_ path: String, count: Int) throws(HDF5Error) -> [Double] {
    var result = [Float](repeating: 0, count: count)
    try result.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
      try file.read(path, into: buffer, converting: true)
    }
    return result.map(Double.init)
  }

  /// A dataset of one number.
  func scalar(_ path: String) throws(HDF5Error) -> Double {
    try values(path, count: 1)[0]
  }
}
