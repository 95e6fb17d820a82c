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
  private func answer(of host: String, through program: String) -> String {
    let probe = HostProbe(of: MPIRun(.orte), environment: ["OMPI_MCA_plm_rsh_agent": program])
    switch probe.ask([host], seconds: 1)[0] {
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
}
