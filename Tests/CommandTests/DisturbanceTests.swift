import Foundation
import XCTest

/// What others on the host do to a run, and how it is started, changes nothing about it.
final class DisturbanceTests: TrainingTestCase {
  // MARK: Connections

  /// Ports that a rank listens on and its launcher does not: MPICH's hands its own down to the
  /// ranks.
  private func ports(of rank: pid_t, startedBy launcher: pid_t) -> [UInt16] {
    let others = rank == launcher ? [] : Set(ports(of: launcher))
    return ports(of: rank).filter { !others.contains($0) }
  }

  /// Ports that a process listens on, as the system tells.
  private func ports(of process: pid_t) -> [UInt16] {
    let files = "/proc/\(process)/fd"
    let sockets = Set(
      ((try? FileManager.default.contentsOfDirectory(atPath: files)) ?? []).compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "\(files)/\($0)")
      })
    let tables = ["tcp", "tcp6"].map {
      (try? String(contentsOfFile: "/proc/net/\($0)", encoding: .utf8)) ?? ""
    }
    return tables.joined().split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A", sockets.contains("socket:[\(fields[9])]") else {
        return nil
      }
      return UInt16(fields[1].suffix(4), radix: 16)
    }
  }

  /// A connection to a port of this host that is under way; -1 where there is none.
  private func connection(to port: UInt16) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    _ = withUnsafeBytes(of: &address) {
      connect(
        descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
    }
    return descriptor
  }

  func testStrangersFromTheFirstMomentOnChangeNothing() throws {
    try prepare()
    let expected = try hash("undisturbed")
    let command = try start(
      train("run"), ranks: 3, wrapper: ["bash", "-c", "ulimit -n 200; exec \"$@\"", "bash"])
    var held: [Int32] = []
    defer { for descriptor in held { close(descriptor) } }
    var known: pid_t?
    try command.run(
      until: {
        if known == nil { known = try? command.process(ofRank: 0) }
        for port in known.map({ ports(of: $0, startedBy: command.number) }) ?? [] {
          for number in 0..<50 {
            let descriptor = connection(to: port)
            if number % 2 == 0 { _ = send(descriptor, [7, 7], 2, Int32(MSG_NOSIGNAL)) }
            if number % 3 == 0 { close(descriptor) } else { held.append(descriptor) }
          }
          while held.count > 400 { close(held.removeFirst()) }
        }
        return exists("run/summary.json")
      }, "the end of the run")
    let outcome = try command.outcome(within: 20)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(outcome.messages, [])
    XCTAssertEqual(try summary("run").stateSHA256, expected)
  }

  func testRanksOfOneHostListenToNobodyOnceAllAreThere() throws {
    try prepare()
    for ranks in [nil, 3] {
      let command = try start(
        train("run\(ranks ?? 1)", ["training.steps=100000"]), ranks: ranks)
      try command.run(
        until: { ((try? loggedSteps("run\(ranks ?? 1)")) ?? []).contains(2) }, "step 2 was logged")
      let processes = try ranks.map { try (0..<$0).map(command.process(ofRank:)) }
      for process in processes ?? [command.number] {
        XCTAssertEqual(ports(of: process, startedBy: command.number), [])
      }
    }
  }

  // MARK: Files

  private func plant(_ name: String, leadingTo target: String) throws {
    let folder = (path(name) as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: path(name), withDestinationPath: path(target))
  }

  private func read(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  func testLogsOfRanksThatLeadElsewhereAreToldAndLeftAlone() throws {
    try prepare()
    try write("mine", to: "target")
    try plant("run/ranks/0.log", leadingTo: "target")
    try plant("run/ranks/verdict.json", leadingTo: "target")
    try plant("run/.write-test", leadingTo: "target")
    try plant("run/configuration.yaml", leadingTo: "target")
    XCTAssertEqual(mkfifo(path("run/ranks/1.log"), 0o600), 0)
    XCTAssertEqual(mkfifo(path("run/.run"), 0o600), 0)
    let outcome = try effnet(train("run"), ranks: 2)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(outcome.messages.count, 1, outcome.errors)
    for part in ["0.log is not written: it is a symbolic link", "nor are those of 1 other"] {
      XCTAssertTrue(outcome.errors.contains(part), outcome.errors)
    }
    XCTAssertEqual(try read("target"), "mine")

    try FileManager.default.createDirectory(
      atPath: path("elsewhere"), withIntermediateDirectories: false)
    try plant("other/ranks", leadingTo: "elsewhere")
    XCTAssertTrue(
      try effnet(train("other")).errors.contains("ranks is a link, or no folder; remove it"))
    XCTAssertEqual(files("elsewhere"), [])
  }

  func testWhatKeepsRunsApartOrTellsOfThemIsNoLink() throws {
    try prepare()
    try write("mine", to: "target")
    for name in [".lock", "log.jsonl"] {
      try plant("run/\(name)", leadingTo: "target")
      try assertFails(train("run"), code: 7, [name, "it is a symbolic link; remove it"])
      XCTAssertEqual(unlink(path("run/\(name)")), 0)
      XCTAssertEqual(mkfifo(path("run/\(name)"), 0o600), 0)
      try assertFails(train("run"), ranks: 2, code: 7, [name, "pipe", "remove it"])
      XCTAssertEqual(unlink(path("run/\(name)")), 0)
    }
    XCTAssertEqual(try read("target"), "mine")
    try succeed(train("run"))
  }

  // MARK: Signals

  func testSignalsThatWereIgnoredAtTheStartAreIgnored() throws {
    try prepare()
    let long = ["training.steps=200"]
    let expected = try hash("undisturbed", long)
    let cases: [(wrapper: [String], number: Int32, launch: Bool)] = [
      (["nohup"], SIGHUP, false), (["nohup"], SIGHUP, true),
      (["bash", "-c", "trap '' TERM INT; exec \"$@\"", "bash"], SIGTERM, false),
      (["bash", "-c", "trap '' TERM INT; exec \"$@\"", "bash"], SIGINT, true),
    ]
    for (number, (wrapper, signal, launch)) in cases.enumerated() {
      let output = "run\(number)"
      var arguments = train(output, long)
      if launch {
        arguments[0] = "launch"
        arguments += ["--ranks", "2"]
      }
      let command = try start(arguments, wrapper: wrapper)
      try command.run(
        until: { ((try? loggedSteps(output)) ?? []).contains(2) }, "step 2 was logged")
      try command.signal(signal)
      let outcome = try command.outcome(within: 60)
      XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
      XCTAssertEqual(try summary(output).stateSHA256, expected)
    }
  }

  func testALauncherThatWasToldToIgnoreItsChildrenHearsOfThemAllTheSame() throws {
    try prepare()
    let command = try start(
      ["launch", "small.yaml", "--ranks", "2", "--output", "run"],
      wrapper: ["bash", "-c", "trap '' CHLD; exec \"$@\"", "bash"])
    let outcome = try command.outcome(within: 60)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(exists("run/summary.json"))
  }

  func testOtherSignalsStillSaveAndStop() throws {
    try prepare()
    let command = try start(train("run", ["training.steps=100000"]), wrapper: ["nohup"])
    try command.run(
      until: { ((try? loggedSteps("run")) ?? []).contains(2) }, "step 2 was logged")
    try command.signal(SIGHUP)
    try command.signal(SIGTERM)
    let outcome = try command.outcome(within: 20)
    XCTAssertEqual(outcome.exitCode, 143, outcome.errors)
    XCTAssertTrue(outcome.errors.contains("stopped by SIGTERM"), outcome.errors)
  }

  func testARankThatIsStoppedWhenTheRunIsOverKeepsNobody() throws {
    try prepare()
    for (number, (ranks, victim, delay)) in [
      (2, 0, 0.045), (3, 1, 0.02), (2, 1, 0.05), (4, 3, 0.035), (2, 0, 0.055),
    ].enumerated() {
      let output = "run\(number)"
      let command = try start(
        train(output, ["training.steps=2", "supervision.deadline=3"]), ranks: ranks)
      var process: pid_t?
      try command.run(
        until: {
          if process == nil { process = try? command.process(ofRank: victim) }
          return process != nil && exists("\(output)/summary.json")
        }, "the summary")
      Thread.sleep(forTimeInterval: delay)
      // Where it has ended already there is nothing to stop.
      if let process, process == (try? command.process(ofRank: victim)) { kill(process, SIGSTOP) }
      let outcome = try command.outcome(within: 15)
      XCTAssertTrue([0, 5].contains(outcome.exitCode), "\(outcome.exitCode) \(outcome.errors)")
      XCTAssertEqual(outcome.messages.isEmpty, outcome.exitCode == 0, outcome.errors)
    }
  }
}
