import Boundary
import Foundation
import Networks
import Studies
import Training

/// A checkpoint in numbers; its values are verified on the way.
struct CheckpointReport: Report {
  let path, model: String
  let resolution, classes: Int
  let classNames: [String]
  let parameters, multiplyAdds: Int
  /// The scaled table in timm's notation.
  let stages: [String]
  let step: Int
  let epoch: Double
  let stateSHA256: String
  /// How Keras and timm rebuild the network; for programs alone.
  let keras: KerasForm
  private let configuration: String

  private enum CodingKeys: CodingKey {
    case path, model, resolution, classes, classNames, parameters, multiplyAdds, stages, step, epoch
    case stateSHA256, keras
  }

  init(_ path: String) throws {
    let (checkpoint, configuration, state) = try Checkpoint.load(path)
    let architecture = Architecture(
      configuration.network, classes: checkpoint.classNames.count)
    self.path = path
    model = configuration.network.name
    stages = architecture.stages.map(\.notation)
    resolution = architecture.resolution
    classes = architecture.classes
    classNames = checkpoint.classNames
    parameters = state.table.parameterCount
    multiplyAdds = architecture.multiplyAdds
    step = checkpoint.step
    epoch = checkpoint.epoch(batchSize: configuration.batch.size)
    stateSHA256 = checkpoint.stateSHA256
    var evaluated = architecture
    evaluated.resolution = configuration.network.evaluationResolution ?? resolution
    keras = KerasForm(evaluated, mean: checkpoint.mean, deviation: checkpoint.deviation)
    self.configuration = checkpoint.configuration
  }

  var text: String {
    """
    \(path): \(model) at \(resolution) × \(resolution), \(classes.counted("class", "classes")), \
    \(parameters.groupedText) parameters
    after step \(step.groupedText), epoch \(fixed(epoch, 2)); state \(stateSHA256), verified
    stages: [\(stages.joined(separator: ", "))]

    \(configuration)
    """
  }
}
