import Networks

/// What a scaling benchmark is to measure and to predict.
package struct ScalingPlan: Sendable, Codable {
  /// Name of the network; that of the configuration where there is one.
  package var model: String
  /// Side of the input in pixels.
  package var resolution: Int
  /// Images of each rank in weak scaling, and of all ranks together in strong scaling.
  package var batch: Int
  /// Images of a micro-batch, in all points.
  package var microBatch: Int
  /// Recorded steps of a repetition.
  package var steps: Int
  /// Repetitions of each point, interleaved.
  package var repetitions: Int
  /// Numbers of ranks.
  package var ranks: [Int]
  package var weak = true, strong = true
  /// A configuration whose images are used, with replaced values; nil for synthetic images.
  package var configuration: String?
  package var overrides: [String] = []
  /// Host file for mpirun.
  package var hostFile: String?
  /// Whether more ranks than processors are wanted.
  package var isOversubscribing = false
  /// Networks to predict beside the measured one.
  package var predicted: [String] = []
  /// Ranks on each host of predictions; those measured on one machine unless given.
  package var ranksPerHost: Int?
  /// The link between hosts, instead of a calibrated one.
  package var link: Link?

  package init(
    model: String, resolution: Int, batch: Int, microBatch: Int, steps: Int, repetitions: Int,
    ranks: [Int]
  ) {
    self.model = model
    self.resolution = resolution
    self.batch = batch
    self.microBatch = microBatch
    self.steps = steps
    self.repetitions = repetitions
    self.ranks = ranks
  }

  /// Images of a rank where a network's timeline is measured only to predict it.
  package static let predictionBatch = 2
  /// Steps of such a measurement.
  package static let predictionSteps = 4
  /// Most ranks of a prediction.
  package static let mostPredictedRanks = 4_096

  /// Points that are measured, the baseline alone first; those with busy neighbours come when it is
  /// known how the ranks lie on machines.
  var series: [ScalingSeries] {
    var result = [ScalingSeries(kind: .alone, ranks: 1, batch: batch)]
    for count in ranks where count > 1 {
      if weak { result.append(ScalingSeries(kind: .weak, ranks: count, batch: batch)) }
      if strong { result.append(ScalingSeries(kind: .strong, ranks: count, batch: batch / count)) }
    }
    return result
  }
}

/// One point of a scaling benchmark.
package struct ScalingSeries: Sendable, Codable, Hashable {
  package enum Kind: String, Sendable, Codable {
    /// One rank, all other processors idle.
    case alone
    /// One rank among independent copies of itself, which exchange nothing.
    case busy
    /// The same images a rank on any number of ranks.
    case weak
    /// The same images in all on any number of ranks.
    case strong
  }

  package let kind: Kind
  /// Ranks of the job; for ``Kind/busy`` the number of single ranks beside each other.
  package let ranks: Int
  /// Images of a rank.
  package let batch: Int

  /// What it is called in reports.
  package var name: String {
    switch kind {
    case .alone: "1 rank alone"
    case .busy: "1 rank, \(ranks - 1) busy beside"
    case .weak: "weak, \(ranks) ranks"
    case .strong: "strong, \(ranks) ranks"
    }
  }
}
