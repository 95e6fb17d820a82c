import ArgumentParser
import Hosts

/// `effnet launch`.
struct LaunchCommand: UnsharedCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Starts the ranks of a run or of a study: here, on a list of hosts, or within Slurm.",
    usage: """
      effnet launch CONFIG [OPTIONS]
      effnet launch search scaling|grid|architecture CONFIG [OPTIONS]
      """,
    discussion: """
      One rank a core that is really allotted; of a run at most one for each micro-batch of a round, of \
      a study as many as there are. Prints which ranks run where and the command that starts them, and \
      ends with the exit code of the run. Ctrl-C, SIGTERM and SIGUSR1 save and stop.
      """)

  @Argument(
    help: ArgumentHelp(
      "A YAML configuration file; before that of a study, search and its kind.",
      valueName: "config"))
  var words: [String]

  @Option(
    help: "Number of ranks; one for each core or slot if not given.",
    transform: BoundedNumber.whole(1...65_536, "ranks"))
  var ranks: Int?

  @Option(help: "Host file in Open MPI's format: a line \"NAME slots=N\" for each host.")
  var hosts: String?

  @Option(
    help: "How often what has lost a rank starts again where it was.",
    transform: BoundedNumber.whole(0...1_000_000, "restarts"))
  var restarts = 0

  @Option(help: "Folder for what the ranks write.")
  var output: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Replace a value of the configuration.", valueName: "key=value"))
  var overrides: [String] = []

  @Flag(help: "Go on from what the output folder holds, or begin.")
  var resume = false

  @Flag(help: "Only print what would be started.")
  var dryRun = false

  @Flag(help: "Check the hosts with effnet doctor instead of training.")
  var doctor = false

  @Flag(help: "Only tell what a study would train, what it costs here, and what it can show.")
  var plan = false

  @OptionGroup(title: "Options of studies") var execution: StudyExecution

  func validate() throws {
    let option = plan ? "--plan" : execution.arguments.first
    if case .training = try LaunchSubject(words), let option {
      throw ValidationError("\(option) is of studies; name one: search KIND CONFIG")
    }
    if plan, doctor { throw ValidationError("--plan and --doctor are two things; ask for one") }
    if output == "" { throw ValidationError("--output names no folder") }
  }

  func run() throws {
    do { try launch() } catch { throw Failure(error) }
  }

  private func launch() throws {
    let work = try work()
    if !resume, !doctor { try work.requireNew() }
    let place = try LaunchPlace(hostFile: hosts)
    // A process that is to pass signals on must not die of the first.
    StopSignal.watch()
    if doctor {
      let examination = try DoctorLaunch(for: work, on: place, ranks: ranks)
      examination.show()
      return dryRun ? () : try examination.run()
    }
    if plan {
      let planning = try StudyPlanLaunch(
        for: work, on: place, ranks: ranks, isResuming: resume)
      planning.show()
      return dryRun ? () : try planning.run()
    }
    let launch = Launch(work, on: place, ranks: ranks)
    if dryRun { return try launch.show(isResuming: resume) }
    try launch.run(isResuming: resume, restarts: restarts)
  }

  private func work() throws -> any LaunchedWork {
    switch try LaunchSubject(words) {
    case .training(let config):
      try ConfigurationFile.requireReadableAgain(config)
      return try LaunchedTraining(config, overrides, output: output)
    case .study(let kind, let config):
      try ConfigurationFile.requireReadableAgain(config)
      return try LaunchedStudy(kind, config, overrides, output: output, execution)
    }
  }
}
