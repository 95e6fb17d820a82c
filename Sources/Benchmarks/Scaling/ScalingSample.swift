import Foundation
import Hosts
import Kernels
import MPI
import Networks
import Training

/// Raw data of some steps on the ranks of one job.
package struct ScalingSample: Sendable, Codable {
  /// What to measure.
  package struct Options: Sendable {
    /// Images of each rank in a step, and of a micro-batch.
    package var batch, microBatch: Int
    /// Recorded steps, after ``warmUp``.
    package var steps: Int
    /// Whether to measure the links between the ranks as well.
    package var isCalibrating = false
    /// Rank of the machine's first rank among jobs beside each other: it is bound to the processor
    /// of this number among ``AllottedCores/seats``.
    package var firstProcessor = 0

    package init(batch: Int, microBatch: Int, steps: Int) {
      self.batch = batch
      self.microBatch = microBatch
      self.steps = steps
    }
  }

  /// Steps that are not recorded.
  package static let warmUp = 2

  package let hosts: HostMap
  /// One for each host.
  package let machines: [MachineFacts]
  package let versions: String
  package let parameters: Int
  package let resolution: Int
  /// Images of each rank in a step.
  package let batch: Int
  package let sequence: ExchangeSequence
  /// Each step on each rank, `[step, rank]`.
  package private(set) var steps: [[StepTimeline]]
  package let links: LinkSweep?
  /// Bytes of the chunks that gradients travelled in.
  package let chunkBytes: Int

  /// Takes the steps; on all ranks.
  ///
  /// - Parameter configuration: Where images come from; nil for synthetic ones.
  package init(
    _ architecture: Architecture, _ configuration: Configuration?, _ options: Options,
    _ communicator: Communicator
  ) throws {
    let allowed = AllottedCores().seats
    let free = try HostMap(communicator)
    let machine = free.places[communicator.rank].machine
    let before = free.places[..<communicator.rank].filter { $0.machine == machine }.count
    if !allowed.isEmpty {
      // Where it may not be bound, the host map shows it.
      _ = Processors.bind(to: allowed[(options.firstProcessor + before) % allowed.count])
    }
    hosts = try HostMap(communicator)
    machines = try Self.machines(
      MachineFacts(host: communicator.processorName, processors: allowed.count), communicator)
    versions = LibraryVersions.description
    links = options.isCalibrating ? try LinkSweep(hosts, communicator) : nil
    batch = options.batch
    resolution = architecture.resolution
    parameters = architecture.parameterTable.parameterCount

    let count = Self.warmUp + options.steps
    let training =
      try configuration.map {
        try RecordedTraining(architecture, $0, steps: count, communicator)
      }
      ?? RecordedTraining(
        architecture, batch: options.batch, microBatch: options.microBatch, communicator)
    var own: [StepTimeline] = []
    own.reserveCapacity(count)
    for _ in 0..<count { own.append(try training.step()) }
    chunkBytes = training.chunkBytes
    sequence = training.sequence ?? ExchangeSequence(kinds: [], bytes: [])
    let ranks = try communicator.allGather(words: Array(own.dropFirst(Self.warmUp)))
    steps = (0..<options.steps).map { step in ranks.map { $0[step] } }
  }

  /// The facts of each host, from its first rank.
  private static func machines(
    _ own: MachineFacts, _ communicator: Communicator
  ) throws -> [MachineFacts] {
    try communicator.allGather(words: own).reduce(into: []) { all, one in
      if !all.contains(where: { $0.host == one.host }) { all.append(one) }
    }
  }

  /// Seconds of each step, the mean over the ranks.
  package var stepSeconds: [Double] {
    steps.map { ranks in
      1e-9 * Double(ranks.reduce(0) { $0 + $1.step }) / Double(ranks.count)
    }
  }

  /// Parts of each step.
  package var parts: [StepParts] { steps.map { StepParts($0, sequence) } }
}
