import Foundation
import Hosts
import XCTest

final class HostProbeTests: XCTestCase {
  private func shell(_ agents: String?) -> [String] {
    HostProbe(of: MPIRun(.orte), environment: agents.map { ["OMPI_MCA_plm_rsh_agent": $0] } ?? [:])
      .shell
  }

  func testAsksThroughTheFirstRemoteShellThatIsThere() {
    XCTAssertEqual(shell("/nowhere/ssh -x : sh -u : env"), ["sh", "-u"])
    XCTAssertEqual(shell("/nowhere/ssh -x"), ["/nowhere/ssh", "-x"])
    for none in [nil, "", " : "] { XCTAssertEqual(shell(none).first, "ssh") }
  }

  func testAsksThroughTheRemoteShellOfTheLauncher() {
    let environment = [
      "OMPI_MCA_plm_rsh_agent": "sh -u", "PRTE_MCA_plm_ssh_agent": "/nowhere/ssh : env -i",
      "HYDRA_LAUNCHER_EXEC": "/opt/my agent", "HYDRA_LAUNCHER_EXTRA_ARGS": "-x  -y",
    ]
    let shells = [MPIRun.Family.orte, .prrte, .hydra].map {
      HostProbe(of: MPIRun($0), environment: environment).shell
    }
    XCTAssertEqual(shells, [["sh", "-u"], ["env", "-i"], ["/opt/my agent", "-x", "-y"]])
    for family in MPIRun.Family.allCases {
      let none = HostProbe(of: MPIRun(family), environment: ["HYDRA_LAUNCHER_EXEC": ""]).shell
      XCTAssertEqual(none.first, "ssh")
    }
  }

  /// What a host says when it is asked through a program in the place of the remote shell.
  private func answer(
    of host: String, through agent: String, program: String = "/bin/true"
  ) -> String {
    let probe = HostProbe(of: MPIRun(.orte), environment: ["OMPI_MCA_plm_rsh_agent": agent])
    switch probe.ask([host], program: program, seconds: 1)[0] {
    case .success(let answer): return "\(answer.cores ?? 0)"
    case .failure(let error): return "\(error)"
    }
  }

  func testTellsWhyAHostDoesNotAnswer() {
    // The programs say that they cannot find a command, nothing, and nothing in time.
    let missing = answer(of: "nohost", through: "env")
    XCTAssertTrue(missing.hasPrefix("host nohost does not answer: env: "), missing)
    XCTAssertTrue(missing.contains("nohost") && missing.contains("No such file"), missing)
    XCTAssertEqual(
      answer(of: "a", through: "false"), "host a does not answer: false ends with 1")
    XCTAssertEqual(
      answer(of: "a", through: "tail -f /dev/null"), "host a does not answer within 1 s")
    XCTAssertEqual(answer(of: "a", through: "echo"), "1")
  }

  func testTellsWhyTheProgramDoesNotStartOnAHost() throws {
    // A shell in the place of the remote one, which takes the name of the host for an option.
    func answer(_ program: String) -> String {
      self.answer(of: "-c", through: "sh", program: program)
    }
    XCTAssertGreaterThan(try XCTUnwrap(Int(answer("/bin/true"))), 0)
    let missing = answer("/no where/it's")
    XCTAssertTrue(missing.hasPrefix("host -c cannot start effnet: "), missing)
    XCTAssertTrue(missing.contains("/no where/it's") && missing.contains("not found"), missing)
    XCTAssertEqual(answer("/bin/false"), "host -c cannot start effnet: /bin/false does not start")
    // What the loader says of a library that is missing.
    let lacking = FileManager.default.temporaryDirectory.appending(path: "lacking-\(UUID())")
    defer { try? FileManager.default.removeItem(at: lacking) }
    try Data("#!/bin/sh\necho libX.so: cannot open shared object file >&2; exit 127\n".utf8)
      .write(to: lacking)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: lacking.path)
    XCTAssertEqual(
      answer(lacking.path),
      "host -c cannot start effnet: libX.so: cannot open shared object file")
  }

  func testAProgramMayTakeLongerToStartThanAHostToAnswer() throws {
    let slow = FileManager.default.temporaryDirectory.appending(path: "slow-\(UUID())")
    defer { try? FileManager.default.removeItem(at: slow) }
    try Data("#!/bin/sh\nsleep 2\n".utf8).write(to: slow)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: slow.path)
    XCTAssertNotNil(Int(answer(of: "-c", through: "sh", program: slow.path)))
  }
}
