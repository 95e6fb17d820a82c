import Hosts
import XCTest

final class HostProbeTests: XCTestCase {
  private func shell(_ agents: String?) -> [String] {
    HostProbe(environment: agents.map { ["OMPI_MCA_plm_rsh_agent": $0] } ?? [:]).shell
  }

  func testAsksThroughTheFirstRemoteShellThatIsThere() {
    XCTAssertEqual(shell("/nowhere/ssh -x : sh -u : env"), ["sh", "-u"])
    XCTAssertEqual(shell("/nowhere/ssh -x"), ["/nowhere/ssh", "-x"])
    for none in [nil, "", " : "] { XCTAssertEqual(shell(none).first, "ssh") }
  }
}
