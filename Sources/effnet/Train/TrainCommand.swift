import ArgumentParser
import Foundation
import Hosts
import MPI
import Supervision
import Training

/// `effnet train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a network as a configuration file says.",
    discussion: """
      Start it with mpirun for several ranks; the result is the same, bit for bit. Ctrl-C, \
      SIGTERM or SIGUSR1 saves a checkpoint and stops; --resume goes on, on any number of ranks. \
      To stop ranks that mpirun has started, send it SIGUSR1, which it passes on: of the others it \
      makes a SIGTERM for the ranks and kills them a second later (effnet launch does it right).
      """)

  @Argument(help: "A YAML configuration file.", transform: NamedPath.read)
  var config: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Replace a value of the configuration.", valueName: "key=value"))
  var overrides: [String] = []

  @Option(help: "Folder for checkpoints, log and summary.")
  var output: String?

  @Flag(help: "Go on from the newest good checkpoint in the output folder.")
  var resume = false

  func validate() throws {
    if output == "" { throw ValidationError("--output names no folder") }
  }

  func run() throws {
    let folder = RunFolder(output ?? ConfigurationFile.defaultOutput(config))
    try WatchedJob.run(in: folder.path) {
      try ConfigurationFile.read(config, overrides)
    } deadline: {
      $0.supervision.deadline
    } check: { () throws(TrainingError) in
      if !resume { try folder.requireNew() }
    } _: { (configuration, world, watch) throws(TrainingError) in
      let observer = world.rank == 0 ? TrainingDisplay(folder) : nil
      for notice in try watch.notices(over: world) { observer?.noticed(notice) }
      let trainer = try Trainer(
        configuration, communicator: world, output: folder, isResuming: resume, observer: observer,
        activity: watch.activity, log: watch.log, stopRequest: { StopSignal.pending })
      StopSignal.copyNotice(to: watch.log)
      guard case .stopped(let signal) = try trainer.train() else { return nil }
      return WatchedJob.Stop(
        signal: signal, state: "after step \(trainer.state.step); saved, go on with --resume")
    }
  }
}
