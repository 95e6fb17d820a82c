import Foundation
import XCTest

final class LaunchTests: LaunchTestCase {
  /// A second, and what a busy machine adds; mpirun takes ten where it has to end ranks itself.
  private static let secondsToStop = 4.0

  /// Names a remote shell to each `mpirun`.
  private static let agentVariables = [
    "OMPI_MCA_plm_rsh_agent", "PRTE_MCA_plm_ssh_agent", "HYDRA_LAUNCHER_EXEC",
  ]

  private func launch(_ output: String, _ options: [String] = []) -> [String] {
    ["launch", "small.yaml", "--output", output] + options
  }

  func testStartsRanksThatEndWithTheBitsOfOne() throws {
    try prepare()
    let expected = try hash("alone")
    let outcome = try effnet(launch("run", ["--ranks", "2"]))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.output.contains(": ranks 0 to 1\nmpirun"), outcome.output)
    XCTAssertEqual(try summary("run").stateSHA256, expected)
    XCTAssertEqual(try summary("run").ranks, 2)
    try assertFails(launch("run"), code: 2, ["run already has checkpoints", "--resume"])
  }

  func testOnlyShowsWhatItWouldStart() throws {
    try prepare()
    let outcome = try effnet(launch("run", ["--ranks", "64", "--set", "seed=a b", "--dry-run"]))
    XCTAssertEqual(outcome.exitCode, 2, "an unknown key is found before any rank starts")
    let shown = try effnet(launch("run", ["--ranks", "64", "--dry-run"]))
    XCTAssertEqual(shown.exitCode, 0, shown.errors)
    XCTAssertTrue(shown.output.contains(" -n 8 "), shown.output)
    XCTAssertTrue(shown.errors.contains("8 of 64 ranks are used"), shown.errors)
    XCTAssertFalse(exists("run"))
  }

  func testStopsAsItIsAsked() throws {
    try prepare()
    let long = ["training.steps=5000"].flatMap { ["--set", $0] }
    for (number, code) in [(SIGINT, 130), (SIGTERM, 143), (SIGUSR1, 143)] as [(Int32, Int32)] {
      let command = try start(launch("run\(number)", ["--ranks", "2"] + long))
      try command.run(
        until: { ((try? loggedSteps("run\(number)")) ?? []).contains(2) }, "step 2 was logged")
      try command.signal(number)
      let asked = Date()
      let outcome = try command.outcome(within: 20)
      XCTAssertLessThan(-asked.timeIntervalSinceNow, Self.secondsToStop)
      XCTAssertEqual(outcome.exitCode, code, outcome.errors)
      XCTAssertEqual(checkpoints("run\(number)").count, 1, outcome.errors)
    }
  }

  func testAnOldVerdictThatStaysIsNotTakenForANewOne() throws {
    try prepare()
    // What root cannot remove either, if it takes it for a file.
    let verdict = folder.appending(path: "run/ranks/verdict.json")
    try FileManager.default.createDirectory(at: verdict, withIntermediateDirectories: true)
    for command in ["launch", "train"] {
      try assertFails(
        [command, "small.yaml", "--output", "run"], code: 7, ["verdict.json", "cannot be removed"])
    }
  }

  func testStartsAgainFromTheNewestCheckpoint() throws {
    try prepare()
    let wrapper = try replaceLauncher(
      by: """
        ((start == 3)) && touch $run/summary.json && exit 0
        touch $run/checkpoint-0000000$start.h5
        ((start == 1)) || exit 137
        verdict 4
        exit 1
        """)
    let outcome = try effnet(launch("run", ["--restarts", "2"]), wrapper: wrapper)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(
      outcome.messages,
      [
        "effnet: rank 1 of b was lost; restart 1 of 2 from run/checkpoint-00000001.h5 if that "
          + "verifies",
        "effnet: a rank died of signal 9; restart 2 of 2 from run/checkpoint-00000002.h5 if "
          + "that verifies",
      ])
    XCTAssertEqual(try starts().map { $0.hasSuffix(" --resume") }, [false, true, true])
  }

  func testEndsOfOtherKindsAreNotTheSame() throws {
    try prepare()
    let wrapper = try replaceLauncher(
      by: "((start == 1)) && exit 137; ((start == 2)) && exit 205; exit 137")
    let outcome = try effnet(launch("run", ["--restarts", "2"]), wrapper: wrapper)
    XCTAssertEqual(outcome.exitCode, 4, outcome.errors)
    XCTAssertEqual(try starts().count, 3)
  }

  func testARestartTakesTheTasksThatSlurmHasLeft() throws {
    try XCTSkipIf(
      Command.mpirun.get().family == .hydra, "MPICH's own launcher starts its ranks in Slurm")
    try prepare()
    let wrapper = try replaceLauncher(
      "srun",
      by: """
        [[ $* != *--mpi=list* ]] || { sed -i '$d' starts; echo pmix; exit; }
        ((start == 1)) || { touch $run/summary.json; exit; }
        verdict 4 true
        exit 1
        """)
    let slurm = [
      "SLURM_JOB_ID=7", "SLURM_JOB_NODELIST=a,b", "SLURM_TASKS_PER_NODE=4(x2)", "SLURM_NTASKS=8",
    ]
    let outcome = try effnet(
      launch("run", ["--ranks", "8", "--restarts", "1"]), wrapper: wrapper + slurm)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    let starts = try starts()
    XCTAssertEqual(starts.count, 2)
    XCTAssertTrue(starts[0].contains("--ntasks=8"), "\(starts)")
    XCTAssertTrue(starts[1].contains("--ntasks=4"), "\(starts)")
    XCTAssertTrue(starts[1].contains("--exclude=b"), "\(starts)")
  }

  func testGivesUpWhereNothingIsGained() throws {
    try prepare()
    let wrapper = try replaceLauncher(by: "verdict 5; exit 1")
    let outcome = try effnet(launch("run", ["--restarts", "9"]), wrapper: wrapper)
    XCTAssertEqual(outcome.exitCode, 5, outcome.errors)
    XCTAssertEqual(try starts().count, 2)
    XCTAssertTrue(outcome.messages.last?.contains("no checkpoint was added since") ?? false)
  }

  func testErrorsThatWouldComeBackAreNotTriedAgain() throws {
    try prepare()
    for code: Int32 in [1, 2, 3, 6, 7, 143] {
      // A check that did not hold is told beside the launcher, whose own failures have its code.
      let end = code == 1 ? "echo 1 >$run/ranks/ending; exit 0" : "exit \(code)"
      let wrapper = try replaceLauncher(by: "rm starts; \(end)")
      XCTAssertEqual(
        try effnet(launch("run", ["--restarts", "3"]), wrapper: wrapper).exitCode, code)
    }
  }

  func testALauncherThatCannotStartRanksIsTriedAgain() throws {
    try prepare()
    let wrapper = try replaceLauncher(
      by: "((start == 1)) && exit 1; touch $run/summary.json; exit 0")
    let outcome = try effnet(launch("run", ["--restarts", "1"]), wrapper: wrapper)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.errors.contains("could not start the ranks"), outcome.errors)
  }

  func testALauncherThatStartsNothingDoesNotPassForTheEndOfAnEarlierRun() throws {
    try prepare()
    try FileManager.default.createDirectory(atPath: path("run"), withIntermediateDirectories: true)
    try write("{}\n", to: "run/summary.json")
    let wrapper = try replaceLauncher(by: "exit 0")
    try assertFails(
      launch("run", ["--resume"]), wrapper: wrapper, code: 4,
      ["the launcher ended before the run did"])
  }

  func testWhatTheRanksHaveToldIsNotToldAgain() throws {
    try prepare()
    let wrapper = try replaceLauncher(
      by: "verdict 4; echo effnet: rank 1 of b was lost >&2; exit 1")
    let outcome = try effnet(launch("run"), wrapper: wrapper)
    XCTAssertEqual(outcome.exitCode, 4)
    XCTAssertEqual(outcome.messages, ["effnet: rank 1 of b was lost"])
  }

  func testALauncherThatOutlivesItsRanksIsEnded() throws {
    try prepare()
    // Neither the launcher nor its child ends when asked to.
    let wrapper = try replaceLauncher(
      by: """
        trap '' TERM
        setsid sleep 300 &
        echo $! >child
        verdict 4
        wait
        """)
    let command = try start(launch("run"), wrapper: wrapper)
    XCTAssertEqual(try command.outcome(within: 20).exitCode, 4)
    // On a busy machine a process that was killed takes a moment to go.
    let deadline = Date(timeIntervalSinceNow: 5)
    while try isRunning("child"), Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
    XCTAssertFalse(try isRunning("child"))
  }

  func testRanksThatOutliveTheirLauncherSaveBeforeOthersStart() throws {
    try prepare()
    let settings = ["training.steps=400", "checkpoint.everySteps=20"]
    let expected = try hash("undisturbed", settings)
    let wrapper = try replaceLauncher(
      by: #"echo $$ >child; PATH=${PATH#*:} exec mpirun "$@""#)
    let overrides = settings.flatMap { ["--set", $0] }
    let command = try start(
      launch("run", ["--ranks", "2", "--restarts", "1"] + overrides), wrapper: wrapper)
    try command.run(
      until: { ((try? loggedSteps("run"))?.last ?? 0) >= 30 }, "some steps were taken")
    let child = try XCTUnwrap(
      pid_t(String(contentsOfFile: path("child"), encoding: .utf8).dropLast()))
    XCTAssertEqual(kill(child, SIGKILL), 0)
    let outcome = try command.outcome(within: 60)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(
      outcome.errors.contains("the launcher died of signal 9; restart 1 of 1"), outcome.errors)
    XCTAssertFalse(outcome.errors.contains("another run"), outcome.errors)
    XCTAssertEqual(try summary("run").stateSHA256, expected)
    XCTAssertEqual(try loggedSteps("run"), Array(1...400))
  }

  func testTheJobEndsWithTheProcessThatStartedIt() throws {
    try XCTSkipUnless(
      FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"), "there is no setpriv")
    try prepare()
    let wrapper = try replaceLauncher(
      by: """
        sleep 300 &
        trap 'kill $!; exit 1' USR1
        echo $$ >child
        wait
        """)
    let command = try start(launch("run"), wrapper: wrapper)
    try command.run(until: { (try? isRunning("child")) ?? false }, "the launcher ran")
    try command.signal(SIGKILL)
    _ = try command.outcome(within: 10)
    let deadline = Date(timeIntervalSinceNow: 10)
    while try isRunning("child"), Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
    XCTAssertFalse(try isRunning("child"))
  }

  func testTheDoctorEndsAsOtherJobsDo() throws {
    try prepare()
    for (status, code) in [(1, 1), (138, 143), (205, 4), (213, 4)] as [(Int, Int32)] {
      let wrapper = try replaceLauncher(by: "exit \(status)")
      XCTAssertEqual(try effnet(launch("run", ["--doctor"]), wrapper: wrapper).exitCode, code)
    }
    for code in [0, 1] as [Int32] {
      let wrapper = try replaceLauncher(
        by: """
          for word; do case $word in EFFNET_ENDING=*) echo \(code) >"${word#*=}" ;; esac; done
          sleep 300
          """)
      let command = try start(launch("run", ["--doctor"]), wrapper: wrapper)
      XCTAssertEqual(try command.outcome(within: 20).exitCode, code)
    }
    let wrapper = try replaceLauncher(
      by: "trap 'kill $!; exit 138' USR1; echo >ready; sleep 300 & wait")
    let command = try start(launch("run", ["--doctor"]), wrapper: wrapper)
    try command.run(until: { exists("ready") }, "the launcher ran")
    try command.signal(SIGINT)
    XCTAssertEqual(try command.outcome(within: 20).exitCode, 130)
  }

  /// Whether the process runs whose number is in a file.
  private func isRunning(_ name: String) throws -> Bool {
    let text = try String(contentsOfFile: path(name), encoding: .utf8)
    let pid = try XCTUnwrap(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    return status.map { !$0.contains(") Z ") } ?? false
  }

  func testHostsThatDoNotAnswerAreRefusedAtFirstAndLeftOutLater() throws {
    try prepare()
    try write("a slots=2\nb slots=2\n", to: "hosts")
    try write("#!/bin/sh\n[ $1 = a ] || { echo $1: no route >&2; exit 255; }\n", to: "agent")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path("agent"))
    let agent = ["env"] + Self.agentVariables.map { "\($0)=\(path("agent"))" }
    let beginning = launch("run", ["--hosts", "hosts", "--dry-run"])
    try assertFails(
      beginning, wrapper: agent, code: 2, ["host b does not answer: b: no route;", "in hosts"])
    let outcome = try effnet(beginning + ["--resume"], wrapper: agent)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(
      outcome.messages, ["effnet: host b does not answer: b: no route; it is left out"])
    XCTAssertTrue(outcome.output.contains("a:2 "), outcome.output)
    let doctor = try effnet(beginning + ["--doctor"], wrapper: agent)
    XCTAssertTrue(
      doctor.output.contains("--problem 'host b does not answer: b: no route; make ssh"),
      doctor.output)
    try write("c slots=2\n", to: "hosts")
    for (option, code) in [("--resume", 2), ("--doctor", 1)] as [(String, Int32)] {
      try assertFails(beginning + [option], wrapper: agent, code: code, ["host c does not answer"])
    }
  }

  func testWhatEachRankWouldTellIsToldBeforeAnyStarts() throws {
    try prepare()
    let wrapper = try replaceLauncher(by: "exit 1")
    for set in ["train", "validation"] {
      try assertFails(
        launch("run", ["--set", "data.\(set)=nosuch.h5"]), wrapper: wrapper, code: 3,
        ["there is no shard", "nosuch.h5"])
    }
    try assertFails(
      launch("small.yaml/run"), wrapper: wrapper, code: 7,
      ["the output folder small.yaml/run cannot be written: not a directory"])
    XCTAssertFalse(exists("starts"))
    XCTAssertFalse(exists("run"))
    let unnamed = try effnet(["launch", ""])
    XCTAssertEqual(unnamed.exitCode, 2)
    XCTAssertTrue(unnamed.errors.contains("no configuration was named"), unnamed.errors)
  }

  func testTheDoctorTellsWhyOutputCannotBeWritten() throws {
    try prepare()
    let outcome = try effnet(launch("small.yaml/run", ["--doctor", "--ranks", "2"]))
    XCTAssertEqual(outcome.exitCode, 1, outcome.errors)
    XCTAssertTrue(
      outcome.output.contains("cannot write the output folder small.yaml/run: not a directory"),
      outcome.output)
    XCTAssertEqual(outcome.messages, [], "the launcher adds nothing to the report")
  }
}
