import Foundation
import XCTest

final class VirtualClusterTests: TrainingTestCase {
  override func setUpWithError() throws {
    if let obstacle = VirtualCluster.obstacle { throw XCTSkip(obstacle) }
    try super.setUpWithError()
  }

  /// A command line that runs its arguments, and the host file's option, on a cluster.
  private func cluster(_ hosts: Int) -> [String] {
    [
      VirtualCluster.script, "\(hosts)", "--", "bash", "-c",
      "exec \"$@\" --hosts $VIRTUAL_CLUSTER_HOSTS",
      "bash",
    ]
  }

  func testTwoHostsEndWithTheBitsOfOneRank() throws {
    try prepare()
    let expected = try hash("alone")
    let outcome = try effnet(["launch", "small.yaml", "--output", "run"], wrapper: cluster(2))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.output.contains("node1: rank 0\nnode2: rank 1\n"), outcome.output)
    XCTAssertEqual(try summary("run").stateSHA256, expected)
  }

  func testTheDoctorMeasuresBetweenHosts() throws {
    try prepare()
    let outcome = try effnet(["launch", "--doctor", "small.yaml"], wrapper: cluster(2))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors + outcome.output)
    XCTAssertTrue(outcome.output.contains("Nothing to fix."), outcome.output)
    XCTAssertTrue(outcome.output.contains("node1  node2 "), outcome.output)
  }
}
