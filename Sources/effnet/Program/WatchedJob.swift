import Foundation
import Hosts
import MPI
import Supervision
import Training

/// A command whose ranks watch over each other while they work, and end together.
enum WatchedJob {
  /// How a signal has ended it.
  struct Stop {
    let signal: Int32
    /// Where it was, and what to do.
    let state: String
  }

  /// Runs `body` on every rank.
  ///
  /// - Parameters:
  ///   - folder: That of the output, for what the ranks tell about each other.
  ///   - read: Reads the configuration; called once, because it may be a pipe.
  ///   - deadline: Seconds without progress after which a rank counts as stuck; 0 for never.
  ///   - check: Refuses the folder; on rank 0.
  static func run<Input>(
    in folder: String, _ read: @escaping () throws -> Input, deadline: (Input) -> Double,
    check: () throws(TrainingError) -> Void,
    _ body: (Input, Communicator, Watch) throws(TrainingError) -> Stop?
  ) throws {
    var reading: Result<Input, any Error> = .failure(CancellationError())
    let launcher = Launcher.current
    var meeting: Countdown?
    try Job.run {
      // A signal ends the wait for whoever writes into a pipe, which several ranks do not read; of
      // those, a signal's victims must not look lost. An error waits for the other ranks, to be
      // told once.
      let isAlone = (launcher?.size ?? 1) == 1
      if isAlone { reading = Result(catching: read) }
      StopSignal.watch(notice: launcher.flatMap(noticeOfHaste))
      if !isAlone { reading = Result(catching: read) }
      let deadline = (try? reading.get()).map(deadline) ?? SupervisionConfiguration().deadline
      guard let launcher, launcher.size > 1, deadline > 0 else { return }
      meeting = Countdown(
        seconds: deadline + Launcher.startingSeconds(ranks: launcher.size), rank: launcher.rank,
        for: "the other ranks to start: one of them is stopped, or the network does not connect "
          + "them; effnet doctor tells more, and --resume goes on", outlet: .process())
    } _: { world in
      let input = try Job.agreed(reading, world)
      try TrainingGroup(world).agreed { () throws(TrainingError) in
        if world.rank == 0 { try check() }
      }
      let watch = try Watch.start(
        over: world, deadline: deadline(input), folder: folder,
        outlet: .process(ends: StopSignal.withdrawNotice))
      meeting?.stop()
      defer {
        // The log is closed after this.
        StopSignal.withdrawNotice()
        watch.prepareToEnd()
        part(from: world, within: deadline(input))
      }
      do {
        try work(world, watch) { () throws(TrainingError) in try body(input, world, watch) }
        watch.log.note("finished")
        watch.end(.done)
      } catch {
        throw Failure(error).told(to: watch)
      }
    }
  }

  /// Works on all ranks, which end together.
  private static func work(
    _ world: Communicator, _ watch: Watch, _ body: () throws(TrainingError) -> Stop?
  ) throws {
    let stop: Stop?
    do throws(TrainingError) { stop = try body() } catch {
      if error.isShared { try wait(for: world, watch) }
      throw error
    }
    try wait(for: world, watch)
    if let stop { throw Failure(stoppedBy: stop.signal, stop.state, isAgreed: true) }
  }

  /// Whoever ends first ends the others, and nobody watches over whoever has taken leave: nobody
  /// does before rank 0 has written everything.
  private static func wait(for world: Communicator, _ watch: Watch) throws {
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
  private static func part(from world: Communicator, within seconds: Double) {
    guard world.size > 1 else { return }
    _ = Countdown(
      seconds: seconds, rank: world.rank,
      for: "another rank to end, which is stopped or hangs; what the run has saved is whole",
      outlet: .process())
  }
}
