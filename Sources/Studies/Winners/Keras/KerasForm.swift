import Boundary
import Networks

/// `winner-keras.json`: how Keras 3 rebuilds a network so that its `load_weights` reads a
/// checkpoint of it, and how PyTorch Image Models (timm) builds the same.
package struct KerasForm: Encodable, Sendable {
  /// Height, width and channels of an image; values from 0 to 255.
  package let inputShape: [Int]
  /// Of values from 0 to 1, a number a channel.
  package let normalization: Normalization
  /// Keras' function and its arguments; nil where it cannot make the network.
  package let function: String?
  package let arguments: [String: JSONValue]?
  /// Why there is none.
  package let reason: String?
  /// The network in its own terms.
  package let network: [String: JSONValue]
  package let timm: TimmForm
  /// A function `rebuilt(form, checkpoint)` that returns the model with its weights.
  package let python: String

  package struct Normalization: Encodable, Sendable {
    package let mean, variance: [Double]
  }

  /// - Parameters:
  ///   - mean: Subtracted from each channel, for pixels in 0…1.
  ///   - deviation: Divides each channel.
  package init(_ architecture: Architecture, mean: [Double], deviation: [Double]) {
    inputShape = [architecture.resolution, architecture.resolution, architecture.inputChannels]
    normalization = Normalization(mean: mean, variance: deviation.map { $0 * $0 })
    network = Self.network(architecture)
    timm = TimmForm(architecture)
    do throws(KerasFunction.Misfit) {
      let function = try KerasFunction(architecture)
      self.function = "\(function.module).\(function.name)"
      arguments = function.arguments
      reason = nil
      python = KerasProgram.calling(function, architecture.family)
    } catch {
      function = nil
      arguments = nil
      reason = "Keras' function does not make it: \(error.reason); python has its layers one by one"
      python = KerasProgram.layers
    }
  }

  /// That of a study's winner.
  package init(_ training: WinnerTraining) {
    let data = training.configuration.data
    self.init(training.evaluated, mean: data.mean, deviation: data.deviation)
  }

  /// The file.
  package var json: String { prettyJSON + "\n" }

  private static func network(_ architecture: Architecture) -> [String: JSONValue] {
    [
      "stem": .whole(architecture.stemChannels), "stemStride": .whole(architecture.stemStride),
      "head": .whole(architecture.headChannels), "classes": .whole(architecture.classes),
      "activation": .text(architecture.activation.rawValue),
      "dropout": .number(architecture.dropout), "dropPath": .number(architecture.dropPath),
      "epsilon": .number(architecture.batchNormEpsilon),
      "momentum": .number(architecture.batchNormMomentum),
      "family": .text(architecture.family.rawValue),
      "stages": .list(
        architecture.stages.map { stage in
          .object([
            "kind": .text(stage.kind.rawValue), "kernel": .whole(stage.kernel),
            "stride": .whole(stage.stride), "expansion": .whole(stage.expansion),
            "channels": .whole(stage.channels), "repeats": .whole(stage.repeats),
            "squeeze": .number(stage.squeezeRatio), "shortcuts": .bool(stage.hasShortcuts),
          ])
        }),
    ]
  }
}
