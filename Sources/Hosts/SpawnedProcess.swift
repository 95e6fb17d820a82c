import Glibc

/// Starts a program with the signals that this process was started with, whatever it does with them
/// itself.
enum SpawnedProcess {
  /// Starts it.
  ///
  /// - Parameters:
  ///   - program: Path of the program, or its name in `PATH`.
  ///   - arguments: Its arguments, the first of which is its name.
  ///   - variables: Its environment, `NAME=VALUE` each.
  ///   - ownGroup: Whether it leads a process group of its own, which signals of the terminal do
  ///     not reach.
  ///   - hasInput: Whether it has this one's standard input, or none.
  /// - Returns: Its number.
  static func start(
    _ program: String, _ arguments: [String], variables: [String], ownGroup: Bool, hasInput: Bool
  ) throws(HostsError) -> pid_t {
    let own = getpid()
    func require(_ code: Int32) throws(HostsError) {
      guard code != 0 else { return }
      throw HostsError(
        "\(program) cannot be started by process \(own): \(String(cString: strerror(code)))")
    }
    var attributes = posix_spawnattr_t()
    try require(posix_spawnattr_init(&attributes))
    defer { posix_spawnattr_destroy(&attributes) }
    var actions = posix_spawn_file_actions_t()
    try require(posix_spawn_file_actions_init(&actions))
    defer { posix_spawn_file_actions_destroy(&actions) }
    var signals = sigset_t()
    sigemptyset(&signals)
    try require(posix_spawnattr_setsigmask(&attributes, &signals))
    sigfillset(&signals)
    // What this process was told to ignore, the other ignores, too, unless that knows better.
    for number in SignalDisposition.ignoredAtStart { sigdelset(&signals, number) }
    try require(posix_spawnattr_setsigdefault(&attributes, &signals))
    try require(posix_spawnattr_setpgroup(&attributes, 0))
    try require(
      posix_spawnattr_setflags(
        &attributes,
        Int16(
          (ownGroup ? POSIX_SPAWN_SETPGROUP : 0) | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)))
    if !hasInput {
      try require(
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0))
    }
    let arguments = arguments.map { strdup($0) } + [nil]
    let variables = variables.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    try require(posix_spawnp(&pid, program, &actions, &attributes, arguments, variables))
    return pid
  }

  /// Signal that a process died of, from what `waitpid` says; `nil` where it has ended by itself.
  static func fatalSignal(_ status: Int32) -> Int32? {
    let signal = status & 0x7f
    return signal == 0 ? nil : signal
  }

  /// What a shell would call the end of a process, from what `waitpid` says.
  static func exitCode(_ status: Int32) -> Int32 {
    fatalSignal(status).map { 128 + $0 } ?? (status >> 8) & 0xff
  }
}
