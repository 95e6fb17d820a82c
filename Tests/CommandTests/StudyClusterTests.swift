import XCTest

/// Studies on several hosts.
final class StudyClusterTests: StudyTestCase {
  override func setUpWithError() throws {
    if let obstacle = VirtualCluster.obstacle { throw XCTSkip(obstacle) }
    try super.setUpWithError()
  }

  func testAStudyGoesOnWithoutAHostThatIsCutOff() throws {
    try prepareStudy()
    let long = ["training.epochs=60"]
    try succeed(search("alone", long))
    // After the line of the session and those of two trainings.
    let cutting = """
      (until [[ $(wc --lines <run/ledger.jsonl) -ge 3 ]]; do sleep 0.02; done 2>/dev/null
      '\(VirtualCluster.script)' --cut 2) &
      exec "$@" --hosts $VIRTUAL_CLUSTER_HOSTS
      """
    let outcome = try effnet(
      ["launch"] + search("run", long, ["--restarts", "2"]),
      wrapper: [VirtualCluster.script, "2", "--", "bash", "-c", cutting, "bash"])
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.errors.contains("node2"), outcome.errors)
    XCTAssertTrue(outcome.errors.contains("restart 1 of 2 from run/ledger.jsonl"), outcome.errors)
    XCTAssertEqual(try resultsHash("run"), try resultsHash("alone"))
  }
}
