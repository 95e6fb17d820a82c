import Foundation
import Hosts

/// One run that meets its fault, ends, is judged, and is finished once the fault is gone.
final class FaultTrial {
  /// Little patience, in seconds.
  static let deadline = 3.0

  let plan: FaultPlan
  var record = FaultRecord()
  private let test: TrainingTestCase
  /// `stateSHA256` of the undisturbed run.
  private let expected: String
  /// Bytes of a checkpoint.
  private let size: Int
  /// Where the trial and the script that holds its launcher talk to each other.
  private let place: String
  let output: String
  private var marks: [String] = []
  private var start = Date()

  init(_ plan: FaultPlan, in test: TrainingTestCase, expecting hash: String, checkpoint size: Int) {
    self.plan = plan
    self.test = test
    self.size = size
    expected = hash
    place = "trial\(plan.seed)"
    output = "\(place)/disk/run"
    record.seed = plan.seed
    record.fault = plan.fault
    record.signal =
      plan.fault == .end ? (plan.signal == SIGTERM ? "SIGTERM" : "SIGUSR1") : nil
    let needs = Command.program.deletingLastPathComponent().appending(path: "../needs")
    record.bundle = FileManager.default.fileExists(atPath: needs.path) ? true : nil
    (record.launcher, record.ranks, record.hosts) = (plan.launcher, plan.ranks, plan.hosts)
    (record.victim, record.moment) = (plan.victimText, plan.momentText)
  }

  /// Why the trial cannot be made on this machine; `nil` where it can.
  var obstacle: String? {
    if plan.hosts > 0, let obstacle = VirtualCluster.obstacle { return obstacle }
    return plan.fault == .disk && geteuid() != 0 ? "only root can mount a small file system" : nil
  }

  /// Runs the trial and leaves nothing of it.
  func run() throws -> FaultRecord {
    let disk = test.path("\(place)/disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    if plan.fault == .disk {
      try system(["mount", "-t", "tmpfs", "-o", "size=32m", "effnet-test", disk])
    }
    defer {
      if plan.fault == .disk { try? system(["umount", disk]) }
      try? FileManager.default.removeItem(atPath: test.path(place))
    }
    let command = try launch()
    defer { release() }
    let isStruck = try waitForMoment() && strike()
    let struck = Date()
    waitForEnd(since: struck)
    release()
    let outcome = try command.outcome(within: 30)
    // Of cores that are too few everybody is told, and of a disk that others keep busy.
    record.messages = outcome.messages.filter {
      !$0.contains(" ranks share ") && !$0.contains("for the checkpoint before to be written")
    }
    record.finished = test.exists("\(output)/summary.json")
    judge(isStruck: isStruck, outcome.errors)
    try finish()
    return record
  }

  /// Keeps the hosts after the launcher has ended, so that what is left on them is seen.
  private static let holder = """
    echo "${VIRTUAL_CLUSTER:-}" >"$TRIAL/cluster.new"
    mv "$TRIAL/cluster.new" "$TRIAL/cluster"
    "${@/@HOSTS/${VIRTUAL_CLUSTER_HOSTS:-}}"
    echo $? >"$TRIAL/code.new"
    mv "$TRIAL/code.new" "$TRIAL/code"
    until [[ -e $TRIAL/go ]]; do sleep 0.02; done
    """

  private func launch() throws -> Command {
    let mark = "TRIAL=\(test.path(place))"
    let slots = plan.hosts > 0 ? (plan.ranks + plan.hosts - 1) / plan.hosts : 0
    var wrapper = ["env", mark]
    if plan.hosts > 0 {
      wrapper += [VirtualCluster.script, "\(plan.hosts)", "--slots", "\(slots)", "--"]
    }
    wrapper += ["bash", "-c", Self.holder, "bash"]
    var arguments = test.train(output, plan.settings + ["supervision.deadline=\(Self.deadline)"])
    if plan.usesLaunch {
      arguments[0] = "launch"
      arguments += ["--ranks", "\(plan.ranks)", "--restarts", "\(plan.restarts)"]
      arguments += plan.hosts > 0 ? ["--hosts", "@HOSTS"] : []
    } else {
      let hosts = (0..<plan.hosts).map { HostShare("node\($0 + 1)", ranks: slots) }
      wrapper += try Command.mpirun.get().command(
        ranks: plan.ranks, on: hosts.isEmpty ? .here : .hosts(hosts), isBound: false,
        isOversubscribing: true, .init())
    }
    let command = try test.start(arguments, wrapper: wrapper)
    try command.run(until: { test.exists("\(place)/cluster") }, "the hosts were there")
    start = Date()
    marks = [mark]
    if plan.hosts > 0 { marks.append("VIRTUAL_CLUSTER=\(try cluster())") }
    return command
  }

  private func cluster() throws -> String {
    try String(contentsOfFile: test.path("\(place)/cluster"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  // MARK: The fault

  private var hasEnded: Bool { test.exists("\(place)/code") }

  /// Whether the run is not over before `condition` holds.
  private func wait(until condition: () -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: Self.longestRun)
    while !condition() {
      if hasEnded || Date() > deadline { return false }
      usleep(1_000)
    }
    return true
  }

  private static let longestRun = 60.0

  private func waitForMoment() -> Bool {
    guard wait(until: { isReached }) else { return false }
    let time = Date(timeIntervalSinceNow: plan.delay)
    return wait(until: { Date() >= time }) && !hasEnded
  }

  private var isReached: Bool {
    switch plan.moment {
    case .start: true
    case .step, .loading, .update: lastStep >= plan.step
    case .evaluation: (evaluatedStep ?? 0) >= plan.step
    case .checkpoint: isSaving && lastStep >= plan.step
    case .lastCheckpoint:
      test.exists("\(output)/checkpoint-" + String(format: "%08d", FaultPlan.steps) + ".h5")
    }
  }

  private var lastStep: Int { (try? test.loggedSteps(output))?.last ?? 0 }
  private var isSaving: Bool { test.checkpoints(output).contains { $0.hasSuffix(".partial") } }

  /// The step after which rank 0 evaluates.
  private var evaluatedStep: Int? {
    rankLog(0).split(separator: "\n").last?.components(separatedBy: "evaluating after step ")
      .dropFirst().first.flatMap { Int($0) }
  }

  func rankLog(_ rank: Int) -> String {
    (try? String(contentsOfFile: test.path("\(output)/ranks/\(rank).log"), encoding: .utf8)) ?? ""
  }

  /// What the run does, as its files tell.
  private func observe() {
    record.step = lastStep
    record.phase =
      if test.exists("\(output)/summary.json") {
        "ending"
      } else if !rankLog(0).contains("training begins") { "starting" } else if evaluatedStep != nil
      { "evaluating" } else if isSaving { "saving" } else { "stepping" }
  }

  /// The process that is to be struck, as soon as it is there.
  private func victim() -> TrialProcess? {
    var found: TrialProcess?
    _ = wait {
      found = TrialProcess.all(marks: marks).filter {
        $0.program == "effnet" && $0.rank == (plan.fault == .limit ? 0 : plan.victim)
      }.min { $0.pid < $1.pid }
      return found != nil
    }
    return found
  }

  private(set) var victimProcess: TrialProcess?

  private func strike() throws -> Bool {
    observe()
    switch plan.fault {
    case .kill, .stop, .end:
      let number = plan.fault == .kill ? SIGKILL : plan.fault == .stop ? SIGSTOP : plan.signal
      victimProcess = victim()
      guard let pid = victimProcess?.pid, kill(pid, number) == 0 else { return false }
    case .limit:
      guard let pid = victim()?.pid else { return false }
      try system(["prlimit", "--pid", "\(pid)", "--fsize=\(size * 2 / 3)"])
    case .link:
      try system([VirtualCluster.script, "--cut", "\(plan.victim ?? 0)", cluster()])
    case .disk:
      try fill(test.path("\(place)/disk/rest"))
    }
    record.struckAfter = -start.timeIntervalSinceNow
    return true
  }

  /// Writes until there is no room.
  private func fill(_ path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(file) }
    let block = [UInt8](repeating: 0, count: 4096)
    while write(file, block, block.count) > 0 {}
  }

  private func system(_ arguments: [String]) throws {
    let code = try test.system(arguments)
    guard code == 0 else {
      throw Command.Failure(description: "\(arguments) ended with \(code)")
    }
  }

  // MARK: The end

  private func waitForEnd(since struck: Date) {
    let limit = struck.addingTimeInterval(Self.longestRun)
    while !hasEnded, Date() < limit { usleep(2_000) }
    record.seconds = -struck.timeIntervalSinceNow
    if !hasEnded { record.problems.append("did not end in \(Int(Self.longestRun)) s") }
    // A host that is cut off cannot be told to end its ranks; they find out by themselves, and
    // after them mpirun's daemon, once TCP has given up.
    let patience = max(record.seconds + 2, plan.fault == .link ? 20 : 0)
    var left = TrialProcess.all(marks: marks)
    while !left.isEmpty, -struck.timeIntervalSinceNow < patience {
      usleep(20_000)
      left = TrialProcess.all(marks: marks)
    }
    record.secondsToLastProcess = -struck.timeIntervalSinceNow
    record.left = left.map { "\($0.program) \($0.rank.map { "rank \($0)" } ?? "")" }
    for process in left { kill(process.pid, SIGKILL) }
    let code = try? String(contentsOfFile: test.path("\(place)/code"), encoding: .utf8)
    let status = code.flatMap { Int32($0.dropLast()) } ?? -1
    record.code = (try? Command.mpirun.get().exitCode(status)) ?? status
  }

  /// Lets the hosts go, and with them whatever is there.
  private func release() {
    try? test.write("", to: "\(place)/go")
    for process in TrialProcess.all(marks: marks) { kill(process.pid, SIGKILL) }
  }

  /// Whether a checkpoint of a step is there.
  func hasCheckpoint(_ step: Int) -> Bool {
    test.exists("\(output)/checkpoint-" + String(format: "%08d", step) + ".h5")
  }

  /// What the ranks have found.
  func verdict() -> [String: Any]? {
    FileManager.default.contents(atPath: test.path("\(output)/ranks/verdict.json")).flatMap {
      try? JSONSerialization.jsonObject(with: $0) as? [String: Any]
    }
  }

  // MARK: Afterwards

  /// Goes on where the run is not over, and compares.
  private func finish() throws {
    if plan.fault == .disk {
      try? FileManager.default.removeItem(atPath: test.path("\(place)/disk/rest"))
    }
    if !record.finished {
      record.resumedRanks = plan.resumingRanks
      let newest = test.checkpoints(output).last { $0.hasSuffix(".h5") }
      record.resumedFrom = newest.flatMap { Int($0.dropFirst(11).prefix(8)) } ?? 0
      let outcome = try test.effnet(
        test.train(output, plan.settings, ["--resume"]), ranks: plan.resumingRanks)
      if outcome.exitCode != 0 || outcome.errors.contains("passed over") {
        record.problems.append("resuming ended with \(outcome.exitCode): \(outcome.errors)")
      }
    }
    record.equal = (try? test.summary(output))?.stateSHA256 == expected
    if !record.equal { record.problems.append("the bits are not those of the undisturbed run") }
    if (try? test.loggedSteps(output)) != Array(1...FaultPlan.steps) {
      record.problems.append("log.jsonl has not each step once")
    }
    if isSaving { record.problems.append("an unfinished checkpoint is left") }
  }
}
