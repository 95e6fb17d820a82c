import Foundation
import Training
import XCTest

/// Files that give only what differs from another.
final class BaseConfigurationTests: ConfigurationFileTestCase {
  override func setUpWithError() throws {
    try super.setUpWithError()
    try write(
      """
      data: {train: shards}
      batch: {size: 64, microBatch: 8}
      training: {epochs: 10}
      optimizer:
        decay: 0.5
        momentum: 0.75
      schedule: {learningRate: 0.1}
      """, to: "base.yaml")
  }

  private func assertFault(
    _ name: String, _ overrides: [String] = [], is expected: String, line: UInt = #line
  ) {
    XCTAssertThrowsError(
      try Configuration(contentsOf: path(name), overrides: overrides), line: line
    ) { XCTAssertEqual("\($0)", "\(path(expected))", line: line) }
  }

  func testAFileHasTheKeysOfItsBaseButForItsOwn() throws {
    try write("base: ../base.yaml\nnetwork: {model: b1}\nbatch: {size: 32}\n", to: "sub/one.yaml")
    try write(
      """
      optimizer: {kind: sgd, decay: null}
      base: sub/one.yaml
      data: {validation: other}
      """, to: "two.yaml")
    let one = try Configuration(contentsOf: path("sub/one.yaml"))
    XCTAssertEqual(one.network.model, .b1)
    XCTAssertEqual(one.batch.size, 32)
    XCTAssertEqual(one.batch.microBatch, 8)
    XCTAssertEqual(one.optimizer.decay, 0.5)
    XCTAssertEqual(one.data.train, [path("shards")], "relative to the file that names it")
    let two = try Configuration(contentsOf: path("two.yaml"), overrides: ["batch.microBatch=4"])
    XCTAssertEqual(two.network.model, .b1)
    XCTAssertEqual(two.optimizer.kind, .sgd)
    XCTAssertEqual(two.optimizer.momentum, 0.75)
    XCTAssertEqual(two.data.train, [path("shards")])
    XCTAssertEqual(two.data.validation, [path("other")])
    XCTAssertEqual(two.batch.microBatch, 4)
    XCTAssertEqual(try Configuration(yaml: two.yaml), two)
  }

  func testFaultsNameTheFileThatTheyAreIn() throws {
    try write("base: base.yaml\noptimizer: {kind: sgd}\n", to: "one.yaml")
    assertFault(
      "one.yaml",
      is: "base.yaml:5: optimizer.decay: only with optimizer.kind rmsprop; change that, or "
        + "leave this out")
    try write("base: base.yaml\n\nbatch: {size: 63}\n", to: "two.yaml")
    assertFault("two.yaml", is: "base.yaml:2: batch.microBatch: 8 does not divide batch.size 63")
    try write("network: 5\nbase: base.yaml\n", to: "three.yaml")
    assertFault("three.yaml", is: "three.yaml:1: network: expected keys and values, found 5")
    try write("base: base.yaml\naveraging:\n  deacy: 0.9\n", to: "four.yaml")
    assertFault(
      "four.yaml",
      is: "four.yaml:3: averaging.deacy: unknown key (did you mean decay?); allowed: decay")
  }

  func testABaseThatCannotBeUsedIsNamed() throws {
    try write("# first\nbase: none.yaml\n", to: "one.yaml")
    assertFault(
      "one.yaml",
      is: "one.yaml:2: base: \(path("none.yaml")) cannot be read: no such file or directory")
    try write("base: [base.yaml]\n", to: "two.yaml")
    assertFault("two.yaml", is: "two.yaml:1: base: expected a string, found a list")
    try write("base: sub/b.yaml\n", to: "a.yaml")
    try write("base: ../a.yaml\n", to: "sub/b.yaml")
    assertFault("a.yaml", is: "sub/b.yaml:1: base: ../a.yaml is based on this file")
    try write("base: self.yaml\n", to: "self.yaml")
    assertFault("self.yaml", is: "self.yaml:1: base: self.yaml is based on this file")
  }
}
