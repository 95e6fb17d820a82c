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
    var reading: Result<Configuration, any Error> = .failure(CancellationError())
    let launcher = Launcher.current
    var meeting: Countdown?
    try Job.run {
      // Once, because it may be a pipe; an error waits for the other ranks, to be told once.
      func read() { reading = Result { try ConfigurationFile.read(config, overrides) } }
      // A signal ends the wait for whoever writes into a pipe, which several ranks do not read; of
      // those, a signal's victims must not look lost.
      let isAlone = (launcher?.size ?? 1) == 1
      if isAlone { read() }
      StopSignal.watch(notice: launcher.flatMap(Self.noticeOfHaste))
      if !isAlone { read() }
      let deadline =
        (try? reading.get())?.supervision.deadline ?? SupervisionConfiguration().deadline
      guard let launcher, launcher.size > 1, deadline > 0 else { return }
      meeting = Countdown(
        seconds: deadline + Launcher.startingSeconds(ranks: launcher.size), rank: launcher.rank,
        for: "the other ranks to start: one of them is stopped, or the network does not connect "
          + "them; effnet doctor tells more, and --resume goes on", outlet: .process())
    } _: { world in
      let configuration = try Job.agreed(reading, world)
      let folder = RunFolder(output ?? ConfigurationFile.defaultOutput(config))
      try TrainingGroup(world).agreed { () throws(TrainingError) in
        if world.rank == 0, !resume { try folder.requireNew() }
      }
      let watch = try Watch.start(
        over: world, deadline: configuration.supervision.deadline, folder: folder.path,
        outlet: .process(ends: StopSignal.withdrawNotice))
      meeting?.stop()
      defer {
        // The log is closed after this.
        StopSignal.withdrawNotice()
        watch.prepareToEnd()
        part(from: world, within: configuration.supervision.deadline)
      }
      do {
        try train(configuration, in: folder, world, watch)
        watch.log.note("finished")
        watch.end(.done)
      } catch {
        throw Failure(error).told(to: watch)
      }
    }
  }

  /// Trains on all ranks, which end together.
  private func train(
    _ configuration: Configuration, in folder: RunFolder, _ world: Communicator, _ watch: Watch
  ) throws {
    let observer = world.rank == 0 ? TrainingDisplay(folder) : nil
    for notice in try watch.notices(over: world) { observer?.noticed(notice) }
    let outcome: Trainer.Outcome
    let trainer: Trainer
    do throws(TrainingError) {
      trainer = try Trainer(
        configuration, communicator: world, output: folder, isResuming: resume, observer: observer,
        activity: watch.activity, log: watch.log, stopRequest: { StopSignal.pending })
      StopSignal.copyNotice(to: watch.log)
      outcome = try trainer.train()
    } catch {
      if error.isShared { try wait(for: world, watch) }
      throw error
    }
    try wait(for: world, watch)
    if case .stopped(let signal) = outcome {
      throw Failure(stoppedBy: signal, afterStep: trainer.state.step)
    }
  }

  /// Whoever ends first ends the others, and nobody watches over whoever has taken leave: nobody does
  /// before rank 0 has written everything.
  private func wait(for world: Communicator, _ watch: Watch) throws {
    watch.prepareToEnd()
    try watch.wait(for: world)
  }

  /// Open MPI 5's `mpirun` asks its ranks to end and ends them a quarter of a second later.
  private static func noticeOfHaste(_ launcher: Launcher) -> String? {
    guard launcher.rank == 0, MPIRun.Family(library: MPISession.libraryVersion) == .prrte else {
      return nil
    }
    return "effnet: SIGTERM: saving, unless mpirun ends the ranks before that is done, as that of "
      + "Open MPI 5 does; then --resume goes on from the last checkpoint (effnet launch, or SIGUSR1 "
      + "to the ranks, gives time to save)"
  }

  /// Has the ranks end together, or not wait for one that does not.
  private func part(from world: Communicator, within seconds: Double) {
    guard world.size > 1 else { return }
    _ = Countdown(
      seconds: seconds, rank: world.rank,
      for: "another rank to end, which is stopped or hangs; what the run has saved is whole",
      outlet: .process())
  }
}
