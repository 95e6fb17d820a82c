import Foundation
import Synchronization

/// The process that MPICH's `mpirun` takes for a rank, and which has started the rank itself.
///
/// That `mpirun` ends all ranks as soon as it sees that one of them has died of a signal, which is
/// too soon for them to name it. The shepherd of a rank that died so lives on for a while: the
/// others find the end of their connection at once, name the rank, and end the job with its exit
/// code.
///
/// Rank and shepherd share a process group, so that all signals to one of `mpirun`'s processes
/// reach both.
package enum Shepherd {
  /// Seconds that the other ranks have, which write a line and two files, perhaps on a slow file
  /// system.
  private static let patience = 5.0

  /// Names the shepherd to the process that it has started.
  private static let variable = "EFFNET_SHEPHERD"

  /// Those that a rank heeds by saving or ending; whoever sends one to the shepherd means the rank.
  private static let passedOn = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]

  /// The rank, or 0, and a signal for it that came before it was there.
  private static let rank = Atomic<pid_t>(0)
  private static let early = Atomic<Int32>(0)

  /// Returns in the process that is to be the rank; the one that calls it first becomes its
  /// shepherd, and ends as the rank does.
  ///
  /// Call it before MPI starts: its connection to `mpirun` passes on to the rank.
  package static func holdRank() throws(HostsError) {
    let environment = ProcessInfo.processInfo.environment
    guard environment[variable] != "\(getppid())" else { return }
    // Statics are set up on first use, which must not be in the handler.
    rank.store(0, ordering: .relaxed)
    early.store(0, ordering: .relaxed)
    for number in passedOn where !SignalDisposition.ignoredAtStart.contains(number) {
      signal(number) { number in
        let rank = Shepherd.rank.load(ordering: .sequentiallyConsistent)
        if rank > 0 {
          kill(rank, number)
        } else {
          Shepherd.early.store(number, ordering: .sequentiallyConsistent)
        }
      }
    }
    let variables = environment.filter { $0.key != variable }.map { "\($0.key)=\($0.value)" }
    let started = try SpawnedProcess.start(
      OwnProgram.path, CommandLine.arguments, variables: variables + ["\(variable)=\(getpid())"],
      ownGroup: false, hasInput: true)
    rank.store(started, ordering: .sequentiallyConsistent)
    let number = early.load(ordering: .sequentiallyConsistent)
    if number != 0 { kill(started, number) }
    end(as: started)
  }

  /// Waits for the rank, and ends with its exit code or of its signal.
  private static func end(as rank: pid_t) -> Never {
    var status: Int32 = 0
    while waitpid(rank, &status, 0) != rank {
      guard errno == EINTR else { _exit(1) }
    }
    guard let fatal = SpawnedProcess.fatalSignal(status) else {
      _exit(SpawnedProcess.exitCode(status))
    }
    // Nobody needs to name a rank that was asked to stop before it could save.
    if !passedOn.contains(fatal) { Thread.sleep(forTimeInterval: patience) }
    // The rank has left its memory, if that is wanted; that of the shepherd tells nothing.
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(bitPattern: RLIMIT_CORE.rawValue), &limit)
    signal(fatal, SIG_DFL)
    kill(getpid(), fatal)
    _exit(SpawnedProcess.exitCode(status))
  }
}
