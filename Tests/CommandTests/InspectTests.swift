import XCTest

final class InspectTests: CommandTestCase {
  /// The words behind the name of a network in the first line.
  private func size(_ report: String) -> Substring? {
    report.split(separator: "\n").first?.split(separator: ":").last
  }

  func testWhatIsPrintedAsAConfigurationIsTheSameNetwork() throws {
    for model in ["b3", "b7", "lite4", "v2-b3", "v2-s"] {
      let report = try succeed(["inspect", model]).output
      let network = try XCTUnwrap(report.range(of: "\nnetwork:\n"), model)
      try write(
        """
        data: {train: shards}
        batch: {size: 8, microBatch: 8}
        training: {steps: 2}
        schedule: {learningRate: 0.01}
        \(report[network.lowerBound...])
        """, to: "\(model).yaml")
      let again = try succeed(["inspect", "\(model).yaml"]).output
      XCTAssertEqual(size(again), size(report), model)
      XCTAssertEqual(
        again.split(separator: "\n").dropFirst(), report.split(separator: "\n").dropFirst(), model)
    }
  }

  func testANetworkIsShownWithoutARun() throws {
    try write("network: {model: b1}\n", to: "b1.yaml")
    let shown = try succeed(["inspect", "b1.yaml"]).output
    XCTAssertEqual(size(shown), size(try succeed(["inspect", "b1"]).output))
    try write("network:\n  stages:\n    - cn_r1_k3_s1_c8\n", to: "own.yaml")
    XCTAssertTrue(
      try succeed(["inspect", "own.yaml", "--classes", "1"]).output.hasPrefix(
        "network of own stages at 224 × 224, 1 class: "))
  }

  func testOptionsMakeNoLargerNetworkThanAny() throws {
    try write(
      """
      network: {resolution: 8, stages: [cn_r1_k3_s1_c65536, cn_r1_k3_s1_c65536]}
      data: {train: shards}
      batch: {size: 8, microBatch: 8}
      training: {steps: 2}
      schedule: {learningRate: 0.01}
      """, to: "large.yaml")
    _ = try succeed(["inspect", "large.yaml"])
    try assertFails(
      ["inspect", "large.yaml", "--resolution", "65536"], code: 2, ["is larger than any network"])
  }
}
