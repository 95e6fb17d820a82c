import Statistics

/// A network with all that its trainings have come to.
package struct NetworkResult: Encodable {
  /// Trainings on the same images.
  package struct Measured: Codable, Sendable, Equatable {
    package let seeds: Int
    /// Further seeds that it diverged with: what is measured looks better than the network is.
    package let diverged: Int
    /// Mean top-1 over seeds and its 95 % interval for other seeds; nil of one seed, and where all
    /// came to the same.
    package let top1: Double
    package let interval: Interval?
    package let deviation: Double?
    /// Mean share of images whose own class is among the five most probable.
    package let top5: Double?
    package let loss: Double

    init?(_ sample: Scores.Sample) {
      guard let estimate = MeanEstimate(sample.top1) else { return nil }
      seeds = estimate.count
      diverged = sample.lost.count
      top1 = estimate.mean
      interval = estimate.interval()
      deviation = estimate.deviation
      let top5 = sample.entries.compactMap { entry in
        entry.correctTop5.map { Double($0) / Double(entry.count) }
      }
      self.top5 = top5.meanIfAny
      loss = sample.entries.compactMap(\.loss).mean
    }
  }

  /// A training, or a part of one up to a rung.
  ///
  /// Why it diverged is not of it: a stop saves, and finds weights that are lost before the next
  /// loss does.
  package struct Training: Encodable {
    package let identity: String
    package let seed, epochs, scheduledEpochs: Int
    package let images: Trial.Images
    package let end: LedgerEntry.End
    package let correct, count: Int
    package let correctTop5: Int?
    package let loss: Double?
    package let stateSHA256: String

    init(_ job: Job, _ entry: LedgerEntry) {
      identity = job.trial.identity
      seed = job.trial.seed
      epochs = job.epochs
      scheduledEpochs = job.trial.epochs
      images = job.trial.images
      end = entry.end
      correct = entry.correct
      count = entry.count
      correctTop5 = entry.correctTop5
      loss = entry.loss
      stateSHA256 = entry.stateSHA256
    }
  }

  package let name: String
  package let directions: [String]
  package let resolution, blocks, multiplyAdds, parameters, activations: Int
  /// Rows of its table in timm's notation, and the channels of the first and the last convolution.
  package let stages: [String]
  package let stem, head: Int
  /// Multiply-adds over those of the base.
  package let factor: Double
  /// What was asked for of these, where it is scaled.
  package let askedFactor: Double?
  /// Parts of depth, width and resolution that are reached, where it is scaled.
  package let shares: [Double]?
  /// Depth, width and resolution over those of the base, where it is scaled.
  package let growth: [Double]?
  /// On images that were held out, and on those of the validation data.
  package let selection, confirmation: Measured?
  package let trainings: [Training]

  /// - Parameter jobs: Those of the network.
  init(_ network: StudyNetwork, _ study: Study, _ jobs: [Job], _ scores: Scores) {
    let scaled = network.network
    let architecture = scaled.architecture
    name = network.name
    directions = network.directions.map(\.name)
    resolution = architecture.resolution
    blocks = scaled.depth
    multiplyAdds = scaled.multiplyAdds
    parameters = scaled.parameters
    activations = scaled.activations
    stages = architecture.stages.map(\.notation)
    stem = architecture.stemChannels
    head = architecture.headChannels
    factor = Double(scaled.multiplyAdds) / Double(study.recipe.base.multiplyAdds)
    askedFactor = network.scaling == nil ? nil : network.factor
    shares = network.scaling?.shares.parts
    growth = network.scaling.map { [$0.reached.depth, $0.reached.width, $0.reached.resolution] }
    selection = Measured(scores.sample(scaled, on: .heldOut))
    confirmation = Measured(scores.confirmation(scaled))
    trainings = jobs.compactMap { job in
      study.ledger[job].map { Training(job, $0) }
    }
  }
}
