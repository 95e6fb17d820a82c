import ArgumentParser
import Supervision

/// `effnet launch`.
struct LaunchCommand: UnsharedCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Starts the ranks of a training run: here, on a list of hosts, or within Slurm.",
    discussion: """
      One rank a core that is really allotted, at most one for each micro-batch of a round. Prints \
      which ranks run where and the command that starts them, and ends with the exit code of the run. \
      Ctrl-C, SIGTERM and SIGUSR1 save and stop.
      """)

  @Argument(help: "A YAML configuration file.")
  var config: String

  @Option(
    help: "Number of ranks; one for each core or slot if not given.",
    transform: BoundedNumber.whole(1...65_536, "ranks"))
  var ranks: Int?

  @Option(help: "Host file in Open MPI's format: a line \"NAME slots=N\" for each host.")
  var hosts: String?

  @Option(
    help: "How often a run that lost a rank starts again from its newest checkpoint.",
    transform: BoundedNumber.whole(0...1_000_000, "restarts"))
  var restarts = 0

  @Option(help: "Folder for checkpoints, log and summary.")
  var output: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Replace a value of the configuration.", valueName: "key=value"))
  var overrides: [String] = []

  @Flag(help: "Go on from the newest good checkpoint in the output folder, or begin.")
  var resume = false

  @Flag(help: "Only print what would be started.")
  var dryRun = false

  @Flag(help: "Check the hosts with effnet doctor instead of training.")
  var doctor = false

  func validate() throws {
    if config.isEmpty { throw ValidationError("no configuration was named") }
    if output == "" { throw ValidationError("--output names no folder") }
  }

  func run() throws {
    do { try launch() } catch { throw Failure(error) }
  }

  private func launch() throws {
    try ConfigurationFile.requireReadableAgain(config)
    let work = try LaunchedTraining(config, overrides, output: output)
    if !resume, !doctor { try work.requireNew() }
    let place = try LaunchPlace(hostFile: hosts)
    // A process that is to pass signals on must not die of the first.
    StopSignal.watch()
    if doctor {
      let examination = try DoctorLaunch(for: work, on: place, ranks: ranks)
      examination.show()
      return dryRun ? () : try examination.run()
    }
    let launch = Launch(work, on: place, ranks: ranks)
    if dryRun { return try launch.show(isResuming: resume) }
    try launch.run(isResuming: resume, restarts: restarts)
  }
}
