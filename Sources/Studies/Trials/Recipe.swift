import Boundary
import Crypto
import Datasets
import Foundation
import Networks
import Training

/// How the networks of a study are trained, and on which data: makes trials.
package final class Recipe {
  /// That of the base.
  package let run: Configuration
  /// Classes of the data.
  package let classes: Int
  /// Digests of the training and the validation data.
  package let dataDigests: [String]
  /// The network of the base.
  package let base: ScaledNetwork
  /// That of the base as text, which trials change.
  private let yaml: String
  private var known: [Draft: Trial] = [:]

  /// What makes a trial, before it has an identity.
  private struct Draft: Hashable {
    let network: ScaledNetwork
    let seed, epochs: Int
    let images: Trial.Images
  }

  package init(_ run: Configuration, classes: Int, dataDigests: [String]) {
    self.run = run
    self.classes = classes
    self.dataDigests = dataDigests
    base = ScaledNetwork(Architecture(run.network, classes: classes))
    yaml = run.yaml
  }

  /// Epochs of the whole schedule.
  package var epochs: Int { run.training.epochs ?? 1 }

  /// A training.
  ///
  /// - Parameters:
  ///   - number: Which of the seeds of its kind, from 0 on.
  ///   - isFresh: Whether the seed is one of those that nothing was selected by.
  ///   - epochs: Of its schedule, which shrinks as a whole; nil for that of the recipe.
  package func trial(
    _ network: ScaledNetwork, seed number: Int, isFresh: Bool = false, epochs: Int? = nil,
    on images: Trial.Images
  ) throws(TrainingError) -> Trial {
    let epochs = epochs ?? self.epochs
    let seed = (run.training.seed &+ number &+ (isFresh ? Self.firstFreshSeed : 0)) & Int.max
    let draft = Draft(network: network, seed: seed, epochs: epochs, images: images)
    if let trial = known[draft] { return trial }
    let settings = settings(network, seed: seed, epochs: epochs, images)
    let configuration = try configuration(settings)
    let trial = Trial(
      identity: identity(configuration), network: network, seed: seed, epochs: epochs,
      images: images, settings: settings)
    known[draft] = trial
    return trial
  }

  /// Seeds of selection come before this one.
  private static let firstFreshSeed = 1_000

  /// The configuration that trains a trial, by `effnet train`, too.
  package func configuration(of trial: Trial) throws(TrainingError) -> Configuration {
    try configuration(trial.settings)
  }

  /// The same as text, as it is done in a study.
  ///
  /// - Parameter isCrowded: Whether ranks have no core for threads that prepare images.
  func executed(_ trial: Trial, isCrowded: Bool) throws(TrainingError) -> String {
    try configuration(trial.settings + (isCrowded ? Self.crowdedSettings : [])).yaml
  }

  /// What changes where ranks have no core for threads that prepare images.
  static let crowdedSettings = ["data.loaderThreads=0"]

  /// The same with steps of one round, by which it is told how long it takes.
  package func timed(_ trial: Trial) throws(TrainingError) -> String {
    let images = run.batch.size / run.batch.rounds
    return try configuration(trial.settings + ["batch.size=\(images)", "batch.rounds=1"]).yaml
  }

  private func configuration(_ settings: [String]) throws(TrainingError) -> Configuration {
    do {
      return try Configuration(yaml: yaml, file: "a training of the study", overrides: settings)
    } catch { throw TrainingError(error) }
  }

  private func settings(
    _ network: ScaledNetwork, seed: Int, epochs: Int, _ images: Trial.Images
  ) -> [String] {
    var settings =
      ["phi", "alpha", "beta", "gamma"].map { "network.\($0)=null" }
      + networkKeys(of: network).map { "network.\($0.key)=\($0.value)" } + [
        "training.seed=\(seed)", "training.epochs=\(epochs)", "training.evaluateEveryEpochs=0",
        "data.validateOn=\(images.rawValue)", "checkpoint.keep=1", "checkpoint.keepBest=0",
        "checkpoint.milestoneEveryEpochs=null",
      ]
    if epochs < self.epochs {
      let part = Double(epochs) / Double(self.epochs)
      settings.append("schedule.warmupEpochs=\(run.schedule.warmupEpochs * part)")
      // The other curves end with the training whatever its length.
      if run.schedule.kind == .exponential {
        settings.append("schedule.decayEpochs=\(run.schedule.decayEpochs * part)")
      }
    }
    return settings
  }

  /// Keys of section `network` that make a network out of that of the base, one that takes no
  /// scaling any more.
  package func networkKeys(of network: ScaledNetwork) -> [(key: String, value: String)] {
    let architecture = network.architecture
    let rows = architecture.stages.map(\.notation).joined(separator: ", ")
    var keys = [
      (key: "stages", value: "[\(rows)]"), ("stem", "\(architecture.stemChannels)"),
      ("head", "\(architecture.headChannels)"), ("width", "1"), ("depth", "1"),
      ("resolution", "\(architecture.resolution)"),
    ]
    if let side = run.network.evaluationResolution {
      let grown = side * architecture.resolution / base.architecture.resolution
      keys.append((key: "evaluationResolution", value: "\(grown)"))
    }
    return keys
  }

  /// A hash of all keys that decide bits, and of the data.
  private func identity(_ configuration: Configuration) -> String {
    let keys = configuration.entries.filter { !Self.changesNoBits($0.name) }
      .map { "\($0.name): \($0.value)" }
    let text = (keys + dataDigests).joined(separator: "\n")
    return SHA256.hash(data: Data(text.utf8)).prefix(8).hexadecimal
  }

  /// Whether a key says only how a training is watched, saved and spread over ranks, or where its
  /// data are, which have digests.
  package static func changesNoBits(_ key: String) -> Bool {
    keysWithoutBits.contains(key) || sectionsWithoutBits.contains { key.hasPrefix($0 + ".") }
  }

  private static let sectionsWithoutBits: Set<String> = ["checkpoint", "supervision"]
  private static let keysWithoutBits: Set<String> = [
    "batch.rounds", "data.train", "data.validation", "data.loaderThreads", "data.prefetch",
    "exchange.overlap", "exchange.chunkBytes", "exchange.wholeBytes",
    "training.evaluateEveryEpochs", "training.logEverySteps", "training.replicaCheckEverySteps",
  ]
}
