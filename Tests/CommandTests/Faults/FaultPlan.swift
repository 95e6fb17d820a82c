import Foundation
import Tensors

/// A run and what befalls it, all of it drawn from a seed.
struct FaultPlan {
  enum Fault: String, Codable, CaseIterable {
    /// SIGKILL to a rank.
    case kill
    /// SIGSTOP to a rank.
    case stop
    /// A signal that asks a rank or the launcher to save and stop.
    case end
    /// The link of a virtual host goes down.
    case link
    /// The file system of the output folder is full.
    case disk
    /// Files of rank 0 may not become as long as a checkpoint.
    case limit
  }

  /// What is waited for before the fault.
  enum Moment: String, CaseIterable {
    case start, step, evaluation, checkpoint, lastCheckpoint
    /// A step whose images take long to load.
    case loading
    /// A step of a network whose many weights take long to update.
    case update
  }

  static let steps = 32

  let seed: Int
  let fault: Fault
  let ranks: Int
  /// Virtual hosts; 0 for this machine.
  let hosts: Int
  let usesLaunch: Bool
  let restarts: Int
  /// A rank, or for ``Fault/link`` a host; `nil` for the launcher.
  let victim: Int?
  /// The signal of ``Fault/end``.
  let signal: Int32
  let moment: Moment
  /// The step that ``Moment/step`` waits for, or the first after which one of the others counts.
  let step: Int
  /// Seconds from the moment to the fault.
  let delay: Double
  /// Ranks that go on with the run afterwards.
  let resumingRanks: Int

  init(seed: Int) {
    var random = CounterRandom(seed: UInt64(seed), purpose: .synthetic)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    self.seed = seed
    // Each kind equally often, whichever seeds follow each other.
    fault = Fault.allCases[seed % Fault.allCases.count]
    ranks = draw(2...4)
    let isOnCluster =
      switch fault {
      case .link: true
      case .disk, .limit: false
      case .kill, .stop, .end: draw(1...3) == 1
      }
    hosts = isOnCluster ? (ranks == 3 ? draw(2...3) : 2) : 0
    usesLaunch = draw(1...4) > 1
    let isRestarted = usesLaunch && draw(0...1) == 1
    restarts = isRestarted && [.kill, .stop, .link].contains(fault) ? 1 : 0
    // mpirun itself ends its ranks on SIGTERM before they have saved.
    let isForLauncher = draw(0...1) == 1 && usesLaunch
    victim =
      switch fault {
      case .kill, .stop: draw(0...(ranks - 1))
      case .end: isForLauncher ? nil : draw(0...(ranks - 1))
      case .link: draw(1...hosts)
      case .disk: nil
      case .limit: 0
      }
    signal = [SIGTERM, SIGUSR1][draw(0...1)]
    let moments: [Moment] = [
      .start, .start, .step, .step, .evaluation, .checkpoint, .lastCheckpoint,
    ]
    // Those that have a network and a full disk of their own know its size.
    let others: [Moment] =
      [.disk, .limit].contains(fault) ? [] : [.loading, .loading, .update, .update]
    moment = (moments + others)[draw(0...(moments.count + others.count - 1))]
    step = draw(1...(Self.steps - 4))
    let longest =
      switch moment {
      case .start: 2.0
      case .step, .loading, .update: 0.1
      case .evaluation: 0.05
      case .checkpoint: 0.02
      case .lastCheckpoint: 0.05
      }
    delay = random.uniform(in: 0...longest)
    resumingRanks = draw(1...4)
  }

  /// What all runs have in common: many evaluations and checkpoints.
  ///
  /// Those that are to be struck while they load or update do so for a third of a step.
  var settings: [String] {
    let steps = ["training.steps=\(Self.steps)"]
    return switch moment {
    case .start, .step, .evaluation, .checkpoint, .lastCheckpoint:
      steps + ["training.evaluateEveryEpochs=1", "checkpoint.everySteps=3"]
    case .loading:
      steps + [
        "checkpoint.everySteps=10", "data.loaderThreads=0", "data.policy=randAugment",
        "data.policyLayers=16",
      ]
    case .update:
      steps + [
        "checkpoint.everySteps=10", "network.width=1", "batch.size=4", "batch.microBatch=1",
      ]
    }
  }

  var launcher: String {
    usesLaunch ? (restarts > 0 ? "launch --restarts \(restarts)" : "launch") : "mpirun"
  }

  var momentText: String {
    let after =
      switch moment {
      case .start: "the start"
      case .step: "step \(step)"
      case .loading: "step \(step), which take long to load"
      case .update: "step \(step), which take long to update"
      case .evaluation: "the begin of an evaluation from step \(step) on"
      case .checkpoint: "the begin of a checkpoint from step \(step) on"
      case .lastCheckpoint: "the last checkpoint"
      }
    return String(format: "%.3f s after ", delay) + after
  }

  var victimText: String {
    switch fault {
    case .link: "node\(victim ?? 0)"
    case .disk: "disk"
    case .kill, .stop, .end, .limit: victim.map { "rank \($0)" } ?? "launcher"
    }
  }
}
