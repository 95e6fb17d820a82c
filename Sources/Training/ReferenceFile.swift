import HDF5
import Networks

/// A file of reference values: a network, a batch, and what training it must give.
struct ReferenceFile {
  let path: String
  let architecture: Architecture
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
    guard try file.hasAttribute("width") else {
      throw HDF5Error(
        kind: .missingObject, operation: "read", file: path, object: nil,
        reason: "it is no file of reference values")
    }
    let (width, depth) = (
      try file.attribute("width", as: Double.self), try file.attribute("depth", as: Double.self)
    )
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
      Coefficients(width: width, depth: depth, resolution: resolution))
    architecture.classes = classes
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
      losses: try file.read("rmsprop/losses", as: Float.self, converting: true).map(Double.init))
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
    let side = architecture.resolution
    let imageSize = side * side * architecture.inputChannels
    let labels = try file.read("labels", as: Int32.self, shape: [batch], converting: true)
    for run in runs {
      let target = UnsafeMutableBufferPointer(
        start: network.images.start + run.firstImage * imageSize,
        count: run.positions.count * imageSize)
      try file.read("input", rows: run.positions, into: target)
      for (offset, position) in run.positions.enumerated() {
        network.labels[run.firstImage + offset] = labels[position]
      }
    }
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
