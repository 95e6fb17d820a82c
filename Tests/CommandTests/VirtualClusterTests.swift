import Foundation
import XCTest

final class VirtualClusterTests: TrainingTestCase {
  override func setUpWithError() throws {
    if let obstacle = VirtualCluster.obstacle { throw XCTSkip(obstacle) }
    try super.setUpWithError()
  }

  /// A command line that runs its arguments, and the host file's option, on a cluster.
  private func cluster(_ hosts: Int, _ options: [String] = []) -> [String] {
    [VirtualCluster.script, "\(hosts)"] + options
      + ["--", "bash", "-c", "exec \"$@\" --hosts $VIRTUAL_CLUSTER_HOSTS", "bash"]
  }

  func testTwoHostsEndWithTheBitsOfOneRank() throws {
    try prepare()
    let expected = try hash("alone")
    let outcome = try effnet(["launch", "small.yaml", "--output", "run"], wrapper: cluster(2))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.output.contains("node1: rank 0\nnode2: rank 1\n"), outcome.output)
    XCTAssertEqual(try summary("run").stateSHA256, expected)
  }

  func testMessagesTakeTheTimeThatIsAskedFor() throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: VirtualCluster.script)
    // To be refused takes the way there and back; the first one also asks for the address.
    process.arguments = [
      "2", "--latency", "50ms", "--", "bash", "-c",
      """
      ask() { (exec 3<>/dev/tcp/node2/9) 2>/dev/null || true; }
      ask; start=$EPOCHREALTIME; ask; end=$EPOCHREALTIME
      echo $((${end/./} - ${start/./}))
      """,
    ]
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    XCTAssertEqual(process.terminationStatus, 0)
    let microseconds = Int(String(decoding: text, as: UTF8.self).prefix { $0.isNumber })
    // A busy machine only adds to it.
    XCTAssertTrue((99_000..<180_000).contains(microseconds ?? 0), "\(microseconds ?? 0) µs")
  }

  func testTheDoctorMeasuresBetweenHosts() throws {
    try prepare()
    let outcome = try effnet(["launch", "--doctor", "small.yaml"], wrapper: cluster(2))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors + outcome.output)
    XCTAssertTrue(outcome.output.contains("Nothing to fix."), outcome.output)
    XCTAssertTrue(outcome.output.contains("node1  node2 "), outcome.output)
  }

  func testTheDoctorNamesAHostThatIsCutOff() throws {
    try prepare()
    let cut = cluster(3).map {
      $0.replacing("exec", with: "'\(VirtualCluster.script)' --cut 2; exec")
    }
    let outcome = try effnet(["launch", "--doctor", "small.yaml"], wrapper: cut)
    XCTAssertEqual(outcome.exitCode, 1, outcome.errors + outcome.output)
    XCTAssertTrue(
      outcome.output.contains("To fix:\n- host node2 does not answer: "), outcome.output)
    XCTAssertTrue(outcome.output.contains("node1  node3 "), outcome.output)
  }
}
