internal import Boundary
import Foundation

/// The process that starts and holds the ranks of a job: `mpirun` or `srun`, in a process group of
/// its own, so that a Ctrl-C of the terminal does not reach it past us.
package final class JobProcess {
  /// How it ended: what a shell would call its exit code.
  package typealias Status = Int32

  private let pid: pid_t
  /// Whether the job did not end by itself.
  package private(set) var wasEnded = false
  /// Signal that the launcher itself died of; its ranks were ended then.
  package private(set) var fatalSignal: Int32?

  /// Starts a command.
  ///
  /// It is told to save and stop when this process ends, whatever ends it, where `setpriv` is there
  /// to arrange for it. Call it on the main thread: the system watches the thread that starts the
  /// command.
  ///
  /// - Throws: When the command is not there.
  package init(_ command: [String], environment: [String: String]) throws(HostsError) {
    var words = command
    if let tool = Self.path(of: "setpriv") {
      words = [tool, "--pdeathsig", "USR1"] + words
    }
    guard Self.path(of: command[0]) != nil else {
      throw HostsError(
        "\(command[0]) is missing; install it, or add its folder to PATH")
    }
    pid = try SpawnedProcess.start(
      words[0], words, variables: environment.map { "\($0.key)=\($0.value)" }, ownGroup: true,
      hasInput: false)
    Self.adoptOrphans()
  }

  /// Has processes whose parents end become children of this one, where they can be found.
  private static func adoptOrphans() {
    // The C library's header hides the function from Swift.
    typealias Control = @convention(c) (CInt, CUnsignedLong) -> CInt
    guard let symbol = dlsym(nil, "prctl") else { return }
    let setChildSubreaper: CInt = 36
    // Where the system refuses, orphans end by themselves, later.
    _ = unsafeBitCast(symbol, to: Control.self)(setChildSubreaper, 1)
  }

  /// Waits for the end, passing on the wish to stop.
  ///
  /// Ranks on this host that outlive their launcher are told to save, and have `patience` seconds.
  ///
  /// - Parameters:
  ///   - wantsStop: Whether the job is to save and stop. The ranks are told by SIGUSR1, which
  ///     launchers pass on as it is; of SIGINT and SIGTERM they make an end of their own.
  ///   - hasGivenUp: Whether the ranks have given up; what is left then has `patience` seconds.
  ///   - deadline: When the job is ended in any case, in `MonotonicTime.seconds`.
  ///   - desertion: How many seconds a launcher may hold no process; one that can neither start
  ///     ranks nor end, as Open MPI's where its files have no room, is ended then with 1. `nil`
  ///     where ranks are no descendants of their launcher.
  package func end(
    wantsStop: () -> Bool, hasGivenUp: () -> Bool, patience: Double = 6, deadline: Double? = nil,
    desertion: Double? = nil
  ) -> Status {
    var isStopping = false
    var deadline = deadline
    var hasFailed = false
    var lastHeld = MonotonicTime.seconds
    var nextLook = lastHeld
    while true {
      var status: Int32 = 0
      let ended = waitpid(pid, &status, WNOHANG)
      if ended == pid {
        fatalSignal = SpawnedProcess.fatalSignal(status)
        if fatalSignal != nil {
          Self.end(Self.descendants(of: getpid()), patience: patience)
        }
        return SpawnedProcess.exitCode(status)
      }
      if ended < 0, errno != EINTR { return 1 }
      if !isStopping, wantsStop() {
        Glibc.kill(pid, SIGUSR1)
        isStopping = true
      }
      if !hasFailed, hasGivenUp() {
        hasFailed = true
        deadline = MonotonicTime.seconds + patience
      }
      if let deadline, MonotonicTime.seconds > deadline { return kill() }
      if let desertion, MonotonicTime.seconds > nextLook {
        if Self.descendants(of: pid).contains(where: \.isRunning) {
          lastHeld = MonotonicTime.seconds
        } else if MonotonicTime.seconds > lastHeld + desertion {
          _ = kill()
          return 1
        }
        nextLook = MonotonicTime.seconds + desertion / 10
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  /// Tells processes to save and stop, and ends those that have not after `patience` seconds.
  private static func end(_ family: [Identity], patience: Double) {
    let deadline = MonotonicTime.seconds + patience
    for process in family where process.isRunning { Glibc.kill(process.pid, SIGUSR1) }
    while family.contains(where: \.isRunning), MonotonicTime.seconds < deadline {
      Thread.sleep(forTimeInterval: 0.05)
    }
    for process in family where process.isRunning { Glibc.kill(process.pid, SIGKILL) }
  }

  /// Ends the launcher and everything on this host that it has started.
  private func kill() -> Status {
    wasEnded = true
    let family = Self.descendants(of: pid)
    Glibc.kill(-pid, SIGTERM)
    var status: Int32 = 0
    let deadline = MonotonicTime.seconds + 2
    while waitpid(pid, &status, WNOHANG) == 0 {
      if MonotonicTime.seconds > deadline {
        Glibc.kill(-pid, SIGKILL)
        waitpid(pid, &status, 0)
        break
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    // Ranks have process groups of their own. A number that has gone to another process meanwhile
    // is told by the time at which that process started.
    for process in family where process.isRunning { Glibc.kill(process.pid, SIGKILL) }
    return SpawnedProcess.exitCode(status)
  }

  /// A process and the time of its start, which together are unique.
  private struct Identity {
    let pid: pid_t
    let start: Substring?

    init(_ pid: pid_t) {
      self.pid = pid
      start = Self.start(pid)
    }

    var isRunning: Bool { start != nil && Self.start(pid) == start }

    private static func start(_ pid: pid_t) -> Substring? {
      let fields = SystemFiles(root: "/proc").text("\(pid)/stat")?
        .split(separator: ")").last?.split(separator: " ")
      // The 22nd field of proc(5), counted after the name in brackets; the first of them is the
      // state.
      return fields.flatMap { $0.count > 19 && $0[0] != "Z" ? $0[19] : nil }
    }
  }

  private static func descendants(of pid: pid_t) -> [Identity] {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    let children = threads.flatMap { thread in
      (SystemFiles(root: "/proc").text("\(pid)/task/\(thread)/children") ?? "")
        .split(separator: " ").compactMap { pid_t($0) }
    }
    return children.map(Identity.init) + children.flatMap(descendants)
  }

  /// Where a program is that a command names; `nil` where it is not there.
  static func path(of program: String) -> String? {
    if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
    let folders = (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }
}
