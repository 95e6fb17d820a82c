import Foundation
import XCTest

/// What a user's surroundings must not change: language, rights, a home.
final class SurroundingsTests: TrainingTestCase {
  private static let nobody = [
    "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "--unset=HOME",
  ]

  func testOtherLanguagesChangeNothing() throws {
    let german = ["env", "LOCPATH=\(path("locales"))", "LC_ALL=de_DE.UTF-8", "LANGUAGE=de"]
    try FileManager.default.createDirectory(
      atPath: path("locales"), withIntermediateDirectories: false)
    guard
      try execute(["localedef", "-i", "de_DE", "-f", "UTF-8", path("locales/de_DE.UTF-8")]).code
        == 0,
      try execute(german + ["bash", "-c", "[[ $(printf %.1f 0,5) == 0,5 ]]"]).code == 0
    else { throw XCTSkip("this system cannot make the German locale") }
    try prepare()
    for arguments in [
      ["inspect", "b0"], ["inspect", "b0", "--json"], ["inspect", Self.trainingShard],
      ["launch", "small.yaml", "--ranks", "2", "--dry-run"], ["train", "nosuch.yaml"],
      ["train", "small.yaml", "--set", "schedule.learningRate=0,5"],
    ] {
      let plain = try effnet(arguments)
      let other = try effnet(arguments, wrapper: german)
      XCTAssertEqual(other.exitCode, plain.exitCode, "\(arguments)")
      XCTAssertEqual(other.output, plain.output, "\(arguments)")
      XCTAssertEqual(other.errors, plain.errors, "\(arguments)")
    }
    let expected = try hash("plain")
    let outcome = try effnet(train("german"), wrapper: german)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertNotNil(outcome.output.firstMatch(of: #/loss \d+\.\d{3} /#), outcome.output)
    XCTAssertEqual(try summary("german").stateSHA256, expected)
    XCTAssertEqual(try loggedSteps("german"), Array(1...8))
    for name in ["german", "plain"] {
      let configuration = try String(
        contentsOfFile: path("\(name)/configuration.yaml"), encoding: .utf8)
      XCTAssertTrue(configuration.contains("learningRate: 0.01\n"), configuration)
    }
  }

  func testAnOrdinaryUserWithoutAHomeTrains() throws {
    let program = Command.program.path
    guard geteuid() == 0, try execute(Self.nobody + ["test", "-x", program]).code == 0 else {
      throw XCTSkip("this takes root, and a build folder that others may read")
    }
    try prepare()
    let expected = try hash("root")
    XCTAssertEqual(chown(folder.path, 65534, 65534), 0)
    let outcome = try effnet(
      ["launch", "small.yaml", "--ranks", "2", "--output", "run"], wrapper: Self.nobody)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(outcome.messages, [])
    XCTAssertEqual(try summary("run").stateSHA256, expected)
    try assertFails(
      train("root/run"), wrapper: Self.nobody, code: 7,
      ["root/run cannot be written", "permission denied"])
  }

  func testWhatCannotBeBuiltInIsNamedInOneLine() throws {
    let user = geteuid() == 0 ? Self.nobody : []
    for (closed, tree) in [(".", "all"), (".build", "part")] {
      try copyScripts(["build", "launch", "quickstart", "photographs", "bundle"], to: tree)
      try FileManager.default.createDirectory(
        atPath: path("\(tree)/.build"), withIntermediateDirectories: false)
      if geteuid() == 0, closed != "." { XCTAssertEqual(chown(path(tree), 65534, 65534), 0) }
      XCTAssertEqual(chmod(path("\(tree)/\(closed)"), 0o555), 0)
      addTeardownBlock { [folder] in
        chmod(folder.appending(path: "\(tree)/\(closed)").path, 0o755)
      }
      for script in ["build", "launch", "quickstart", "photographs", "bundle"] {
        let outcome = try execute(user + [path("\(tree)/Cluster/\(script)")])
        XCTAssertEqual(outcome.code, 7, outcome.errors)
        XCTAssertEqual(outcome.errors.split(separator: "\n").count, 1, outcome.errors)
        let place = closed == "." ? path(tree) : path("\(tree)/.build")
        XCTAssertTrue(
          outcome.errors.contains("effnet: \(place) cannot be written by "), outcome.errors)
      }
    }
  }
}
