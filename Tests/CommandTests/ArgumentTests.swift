import Foundation
import XCTest

/// Options of all commands: values at the edge of what a number can be, and what is said of them.
final class ArgumentTests: CommandTestCase {
  private struct Help: Decodable {
    struct Command: Decodable {
      let commandName: String
      let arguments: [Argument]?
      let subcommands: [Command]?
    }
    struct Argument: Decodable {
      struct Name: Decodable {
        let kind, name: String
      }
      let kind: String
      let isOptional: Bool
      let names: [Name]?
    }
    let command: Command
  }

  /// Options whose value is a text. A new option is tried as a number unless it is named here.
  private static let texts: Set<String> = [
    "set", "output", "hosts", "problem", "data", "probabilities", "correctness", "report", "sheet",
    "labels", "validation-list", "credit", "model", "transport", "trace", "only", "config",
    "predict",
  ]

  /// Calls `body` with the words of each command, with what it must be given, and with each of its
  /// options that is a number.
  private func forEachNumber(
    _ command: Help.Command, _ words: [String] = [],
    _ body: (_ words: [String], _ required: [String], _ option: String) throws -> Void
  ) throws {
    let arguments = command.arguments ?? []
    for option in arguments where option.kind == "option" {
      guard let name = option.names?.first(where: { $0.kind == "long" })?.name,
        !Self.texts.contains(name), !(words == ["pack"] && name == "classes")
      else { continue }
      let required = arguments.filter { !$0.isOptional }.flatMap { argument -> [String] in
        guard argument.kind == "option" else { return ["nowhere"] }
        guard let other = argument.names?.first?.name, other != name else { return [] }
        return ["--\(other)=1"]
      }
      try body(words, required, name)
    }
    for sub in command.subcommands ?? [] {
      try forEachNumber(sub, words + [sub.commandName], body)
    }
  }

  func testEveryNumberOfEveryCommandHasARange() throws {
    let dump = try succeed(["--experimental-dump-help"])
    let help = try JSONDecoder().decode(Help.self, from: Data(dump.output.utf8))
    var tried: [String] = []
    try forEachNumber(help.command) { words, required, option in
      tried.append((words + [option]).joined(separator: " "))
      var values = ["-1", "1e308", "nan", "\u{1B}[31m"]
      // The seed may be any number of 64 bits.
      if option != "seed" { values.append("9223372036854775807") }
      for value in values {
        let outcome = try assertFails(
          words + required + ["--\(option)=\(value)"], code: 2, [option])
        XCTAssertTrue(
          outcome.errors.hasPrefix("effnet: ")
            && outcome.errors.contains("ee effnet \(words.joined(separator: " ")) --help"),
          outcome.errors)
        XCTAssertFalse(outcome.errors.contains("\u{1B}"))
        XCTAssertLessThan(outcome.seconds, 5)
      }
    }
    XCTAssertGreaterThan(tried.count, 30, "\(tried)")
  }

  func testNumbersNameTheirRange() throws {
    for (arguments, parts) in [
      (["predict", "c", "i", "--top", "0"], ["'0'", "--top", "allowed: 1 to 1000000 classes"]),
      (["launch", "c", "--restarts=-1"], ["--restarts", "allowed: 0 to 1000000 restarts"]),
      (
        ["benchmark", "scaling", "--ranks", "1,,2"],
        ["--ranks", "allowed: 1 to 4096 ranks, such as 1,2,4"]
      ),
      (["benchmark", "scaling", "--link", "1e308s,1gbit"], ["--link", "up to 60s"]),
      (["benchmark", "scaling", "--link", "1us,1e300gbit"], ["--link", "1000000gbit"]),
      (["benchmark", "scaling", "--link", "nans,1gbit"], ["--link", "100us,1gbit"]),
      (["benchmark", "exchange", "--sizes", "8", "12"], ["--sizes", "multiples of 8"]),
      (["benchmark", "exchange", "--sizes", "9007199254740993M"], ["--sizes", "bytes"]),
      (
        ["benchmark", "exchange", "--seconds", "1e-320"], ["--seconds", "0.001 to 3600.0 seconds"]
      ),
      (["benchmark", "loader", "c", "--size", "5x5x5"], ["--size", "500x375"]),
      (["benchmark", "loader", "c", "--size", "10001x1"], ["--size", "1 to 10000 pixels"]),
      (["pack", "a", "b", "--validation", "1"], ["there is no a to pack"]),
      (["pack", "a", "b", "--validation", "1.5"], ["--validation", "below 1"]),
      (["pack", "a", "b", "--validation", "0x1p-3"], ["--validation", "below 1"]),
    ] {
      let isPath = parts[0].hasPrefix("there")
      try assertFails(arguments, code: isPath ? 3 : 2, parts)
    }
  }

  func testAnEmptyPathIsToldAsSuch() throws {
    for (arguments, name) in [
      (["inspect", ""], "subject"), (["train", ""], "config"), (["doctor", ""], "config"),
      (["evaluate", ""], "checkpoint"), (["predict", "", "x.png"], "checkpoint"),
      (["predict", "x.h5", ""], "images"), (["verify", ""], "reference"),
      (["pack", "", "out"], "source"), (["pack", ".", ""], "folder"),
      (["benchmark", "loader", ""], "config"),
    ] {
      try assertFails(
        arguments, code: 2, ["The value '' is invalid for '<\(name)>", "it is empty; name one"])
    }
    try assertFails(
      ["benchmark", "scaling", "--config", ""], code: 2, ["'--config <file>'", "it is empty"])
  }

  func testUsageErrorsAreOneLineOfOneRank() throws {
    let cases: [(arguments: [String], code: Int32, part: String)] = [
      (["train"], 2, "Missing expected argument '<config>'; see effnet train --help"),
      (["trian", "x.yaml"], 2, "no command trian (did you mean train?); see effnet --help"),
      (["train", "x.yaml", "--outptu", "y"], 2, "'--outptu'"),
      (["train", "nowhere.yaml"], 2, "nowhere.yaml: cannot be read: no such file"),
      (["launch", "nowhere.yaml"], 2, "nowhere.yaml: cannot be read: no such file"),
      (["evaluate", "nowhere.h5"], 3, "no checkpoint nowhere.h5"),
      (["pack", "nowhere", "out"], 3, "no nowhere to pack"),
      (["pack", ".", "out", "--labels", "x"], 2, "--labels does not go with"),
      (["benchmark", "kernels", "--only", "nothing"], 2, "--only nothing"),
      (["benchmark", "scaling", "--ranks", "0"], 2, "--ranks"),
      (["inspect", "b99"], 2, "b99: no such file"),
      (
        ["benchmark", "kernel"], 2,
        "no command benchmark kernel (did you mean kernels?); see effnet benchmark --help"
      ),
      (["benchmark", "zzzzzz"], 2, "no command benchmark zzzzzz; see effnet benchmark --help"),
    ]
    for (arguments, code, part) in cases {
      for ranks in [nil, 4] {
        let outcome = try assertFails(arguments, ranks: ranks, code: code, [part])
        XCTAssertEqual(outcome.messages.count, 1, outcome.errors)
      }
    }
    for arguments in [["help"], ["help", "train"], ["train", "--help"], ["help", "trian"]] {
      let outcome = try succeed(arguments, ranks: 3)
      XCTAssertEqual(outcome.output.components(separatedBy: "OVERVIEW").count, 2, "\(arguments)")
      XCTAssertEqual(
        outcome.output.hasPrefix("there is no command trian (did you mean train?)\n"),
        arguments.last == "trian")
    }
  }

  func testTheVersionIsThatOfTheChangelog() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../CHANGELOG.md")
    let heading = try XCTUnwrap(
      String(contentsOf: file, encoding: .utf8).split(separator: "\n").first {
        $0.hasPrefix("## ")
      })
    for arguments in [["--version"], ["train", "--version"]] {
      let lines = try succeed(arguments).output.split(separator: "\n")
      XCTAssertEqual(lines.first, heading.dropFirst(3).split(separator: " ").first)
      for part in ["OpenBLAS", "compiled for", "MPI", "HDF5"] {
        XCTAssertTrue(lines.dropFirst().contains { $0.contains(part) }, part)
      }
    }
    let all = try succeed(["--version"], ranks: 2).output
    XCTAssertEqual(all.components(separatedBy: "HDF5").count, 2, "rank 0 alone says it")
  }

  func testOutputThatIsLostIsCode7WhateverStreamsAreClosed() throws {
    for closed in [">&-", ">&- 2>&-", "<&- >&-", "<&- >&- 2>&-"] {
      for command in [["inspect", "b0"], ["--help"], ["--version"]] {
        let outcome = try effnet(command, wrapper: closing(closed))
        XCTAssertEqual(outcome.exitCode, 7, "\(command) \(closed)")
      }
    }
    for closed in ["<&-", "2>&-", "<&- 2>&-"] {
      let outcome = try effnet(["inspect", "b0"], wrapper: closing(closed))
      XCTAssertEqual(outcome.exitCode, 0, closed)
      XCTAssertTrue(outcome.output.hasPrefix("b0 at 224"), closed)
      XCTAssertEqual(try effnet(["trian"], wrapper: closing(closed)).exitCode, 2)
    }
  }

  /// A command that executes its arguments with streams closed.
  private func closing(_ streams: String) -> [String] {
    ["sh", "-c", "exec \"$@\" \(streams)", "sh"]
  }
}
