import ArgumentParser
import Boundary
import Datasets
import Foundation
import Hosts
import Supervision
import Training

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
    let configuration = try ConfigurationFile.read(config, overrides)
    let folder = RunFolder(output ?? ConfigurationFile.defaultOutput(config))
    if !resume, !doctor { try folder.requireNew() }
    let place = try LaunchPlace(hostFile: hosts)
    // A process that is to pass signals on must not die of the first.
    StopSignal.watch()
    if doctor { return try examine(place, configuration) }
    var isResuming = resume
    var newest = isResuming ? try folder.checkpoints().first : nil
    var last: String?
    for attempt in 0... {
      let plan = try place.plan(
        ranks: ranks, most: configuration.batch.roundMicroBatchCount,
        silence: isResuming ? .leftOut : .refused)
      if attempt == 0, !dryRun { try requireFiles(configuration, folder, plan) }
      let program =
        [OwnProgram.path, "train", config, "--output", folder.path]
        + overrides.flatMap { ["--set", $0] } + (isResuming ? ["--resume"] : [])
      show(plan, plan.launcher + program)
      if dryRun { return }
      let ending = try train(plan, program, folder)
      let reached = try folder.checkpoints().first
      let problem = ending.reason ?? "the ranks ended with code \(ending.code)"
      guard ending.isRestartable, attempt < restarts, StopSignal.pending == nil else {
        guard ending.code != 0 else { return }
        throw Failure(silently: ending.code, ending.isTold ? nil : ending.reason)
      }
      // Pids, for example, differ from one start to the next.
      let end = ending.blamed ?? problem
      if attempt > 0, reached == newest, end == last {
        throw Failure(
          silently: ending.code,
          "\(problem); that is how the last start ended, too, and no checkpoint was added since: "
            + "another would end the same way")
      }
      (newest, last) = (reached, end)
      isResuming = true
      place.avoid(ending.lostHost)
      // Its ranks verify it, and take an older one if it is damaged.
      let start = reached.map { "from \($0) if that verifies" } ?? "from the beginning"
      StandardError.warn("\(problem); restart \(attempt + 1) of \(restarts) \(start)")
    }
  }

  /// Finds before any rank starts what each of them would tell, among words of MPI.
  ///
  /// Where no rank runs, shards may be out of sight; the run's folder is read here in any case.
  private func requireFiles(
    _ configuration: Configuration, _ folder: RunFolder, _ plan: LaunchPlan
  ) throws {
    if plan.includesThisHost {
      for path in configuration.data.train + configuration.data.validation {
        _ = try ShardPath.files(path, relativeTo: ".")
      }
    }
    try folder.prepare()
  }

  /// Seconds that `mpirun` may take before it starts anything, such as to ask servers for names: as many
  /// as a rank may stand still, by default.
  private static let longestDesertion = 60.0

  /// Runs the job once.
  private func train(
    _ plan: LaunchPlan, _ program: [String], _ folder: RunFolder
  ) throws -> JobEnding {
    let file = Verdict.path(inFolder: folder.path)
    let endingFile = URL(fileURLWithPath: folder.file("ranks/ending")).path
    // This run may end before it removes them itself.
    for leftover in [file, endingFile] { try Leftover.remove(leftover) }
    /// What tells one summary from another, by the clock of the file server alone.
    func summary() -> [AnyHashable?]? {
      (try? FileManager.default.attributesOfItem(atPath: folder.file("summary.json"))).map {
        [$0[.systemFileNumber] as? Int, $0[.modificationDate] as? Date]
      }
    }
    let old = summary()
    /// Whether this run has left its summary, after which ranks have nothing left to do.
    func hasFinished() -> Bool {
      let new = summary()
      return new != nil && new != old
    }
    let start = Int(Date().timeIntervalSince1970 * 1000)
    let process = try JobProcess(
      plan.launcher + Self.leaving(endingFile, "\(Verdict.startVariable)=\(start)") + program,
      environment: LaunchPlan.variables)
    func verdict() -> Verdict? { Verdict(atPath: file).flatMap { $0.start == start ? $0 : nil } }
    let status = process.end(
      wantsStop: { StopSignal.pending != nil },
      hasGivenUp: { verdict() != nil || hasFinished() || Self.ending(endingFile) != nil },
      desertion: plan.mpirun == nil ? nil : Self.longestDesertion)
    let verdict = verdict()
    let ending = Self.ending(endingFile)
    try? Leftover.remove(endingFile)
    // A rank that is stopped after the end of MPI keeps its launcher, and nothing else.
    if verdict == nil, process.wasEnded, hasFinished() {
      StandardError.warn(
        "the run is finished, but its launcher did not end by itself and was ended")
      return JobEnding(status: 0, ending: nil, verdict: nil, stop: nil, isFinished: true)
    }
    return JobEnding(
      status: plan.exitCode(status), wasEnded: process.wasEnded,
      fatalSignal: process.fatalSignal, ending: ending, verdict: verdict,
      stop: StopSignal.pending,
      isFinished: access(folder.file("summary.json"), F_OK) == 0)
  }

  /// Has the ranks leave their exit code in a file, so that the launcher adds no words to theirs.
  private static func leaving(_ file: String, _ variables: String...) -> [String] {
    ["env", "\(Job.endingVariable)=\(file)"] + variables
  }

  private static func ending(_ file: String) -> Int32? {
    (try? RegularFile(file).contents(limit: 64)).flatMap {
      Int32(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// Starts the doctor as the run would be started; it has a deadline, because an MPI that cannot
  /// connect waits for ever.
  private func examine(_ place: LaunchPlace, _ configuration: Configuration) throws {
    let plan = try place.plan(
      ranks: ranks, most: configuration.batch.roundMicroBatchCount, silence: .examined)
    let program =
      [OwnProgram.path, "doctor", config]
      + overrides.flatMap { ["--set", $0] } + (output.map { ["--output", $0] } ?? [])
      + place.problems.flatMap { ["--problem", $0] }
    show(plan, plan.launcher + program)
    if dryRun { return }
    // Where rank 0 does not see the folder, it ends with its code.
    let scratch = FileManager.default.temporaryDirectory.appending(path: "effnet-\(UUID())")
    try? FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let endingFile = scratch.appending(path: "ending").path
    let seconds = DoctorCommand.longestSeconds(ranks: plan.rankCount, hosts: plan.hosts.count)
    let process = try JobProcess(
      plan.launcher + Self.leaving(endingFile) + program, environment: LaunchPlan.variables)
    let status = process.end(
      wantsStop: { StopSignal.pending != nil },
      // MPICH's ranks may wait for each other for ever when they end MPI.
      hasGivenUp: { Self.ending(endingFile) != nil }, deadline: MonotonicTime.seconds + seconds)
    let stop = StopSignal.pending
    let left = Self.ending(endingFile)
    guard !process.wasEnded || stop != nil || left != nil else {
      throw Failure(
        silently: 1,
        "the doctor did not end within \(Int(seconds)) s: MPI may try a network that does not reach "
          + "the other hosts. Name one that does, for example export "
          + "\(DoctorReport.networkChoice); networks of this host: "
          + NetworkInterface.all.map(\.description).joined(separator: ", "))
    }
    // Whoever says 1, hosts are not as they must be.
    let ending = JobEnding(
      status: plan.exitCode(status), wasEnded: process.wasEnded,
      ending: left ?? plan.exitCode(status), verdict: nil, stop: stop, isFinished: true)
    guard ending.code == 0 else { throw Failure(silently: ending.code, ending.reason) }
  }

  private func show(_ plan: LaunchPlan, _ command: [String]) {
    for line in plan.notes { StandardError.warn(line) }
    for line in plan.map { print(line) }
    print(command.map(Self.quoted).joined(separator: " "))
    StandardOutput.flush()
  }

  /// A word as a shell reads it.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,@%+".contains($0) }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
