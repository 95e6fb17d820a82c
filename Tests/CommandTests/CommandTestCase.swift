import Foundation
import XCTest

/// A test of the program: a fresh folder to work in, removed afterwards, and ways to run it there.
class CommandTestCase: XCTestCase {
  private(set) var folder = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    let environment = ProcessInfo.processInfo.environment
    if ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"].contains(where: { environment[$0] != nil }) {
      throw XCTSkip("these tests call mpirun, which cannot be called within mpirun")
    }
    folder = FileManager.default.temporaryDirectory.appending(path: "\(Self.self)-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    addTeardownBlock { [folder] in try FileManager.default.removeItem(at: folder) }
  }

  /// Starts the program in the folder.
  func start(
    _ arguments: [String], ranks: Int? = nil, wrapper: [String] = []
  ) throws -> Command {
    try Command(arguments, ranks: ranks, wrapper: wrapper, in: folder)
  }

  /// Runs the program in the folder to its end.
  func effnet(
    _ arguments: [String], ranks: Int? = nil, wrapper: [String] = []
  ) throws -> Command.Outcome {
    try start(arguments, ranks: ranks, wrapper: wrapper).outcome()
  }

  /// Runs a program that is no part of this project, and returns its exit code.
  func system(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Runs the program, which is to succeed silently on standard error.
  @discardableResult
  func succeed(
    _ arguments: [String], ranks: Int? = nil, line: UInt = #line
  ) throws -> Command.Outcome {
    let outcome = try effnet(arguments, ranks: ranks)
    XCTAssertEqual(outcome.exitCode, 0, "\(arguments): \(outcome.errors)", line: line)
    let lines =
      ranks == nil
      ? outcome.errors.split(separator: "\n").map(String.init) : outcome.messages
    // Where others compute, too, a run may wait for its disk, and says so.
    XCTAssertEqual(
      lines.filter { !$0.contains("for the checkpoint before to be written") }, [],
      "\(arguments): \(outcome.errors)", line: line)
    return outcome
  }

  /// Runs the program, which is to fail with one line that has all of `parts` in it.
  @discardableResult
  func assertFails(
    _ arguments: [String], ranks: Int? = nil, wrapper: [String] = [], code: Int32,
    _ parts: [String], line: UInt = #line
  ) throws -> Command.Outcome {
    let outcome = try effnet(arguments, ranks: ranks, wrapper: wrapper)
    let shown = "\(arguments): \(outcome.errors)"
    XCTAssertEqual(outcome.exitCode, code, shown, line: line)
    if ranks == nil {
      XCTAssertEqual(outcome.errors.split(separator: "\n").count, 1, shown, line: line)
    }
    XCTAssertTrue(
      outcome.messages.contains { message in parts.allSatisfy(message.contains) },
      "no line with \(parts) in \(shown)", line: line)
    return outcome
  }

  /// Path of a file in the folder.
  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Names of the files in a folder, sorted; `nil` where there is no folder.
  func files(_ name: String) -> [String]? {
    try? FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
  }

  /// Whether a file or folder exists.
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// Copies a file or a folder.
  func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: path(name), toPath: path(other))
  }

  /// Replaces the content of a file, or creates it.
  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }

  /// Shortens a file to a part of its length.
  func truncate(_ name: String, to part: Double = 0.5) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path(name)))
    try bytes.prefix(Int(part * Double(bytes.count))).write(to: URL(fileURLWithPath: path(name)))
  }

  /// Replaces one of the numbers that lie in this order in a file, in exactly one place.
  func replace<Scalar: Equatable>(
    _ index: Int, of values: [Scalar], with value: Scalar, in name: String
  ) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path(name)))
    let place = try XCTUnwrap(
      bytes.range(of: values.withUnsafeBytes { Data($0) }), "\(name) has not these values")
    XCTAssertNil(
      bytes.range(
        of: values.withUnsafeBytes { Data($0) }, in: place.lowerBound + 1..<bytes.endIndex),
      "\(name) has these values twice")
    XCTAssertNotEqual(values[index], value)
    let start = place.lowerBound + index * MemoryLayout<Scalar>.stride
    withUnsafeBytes(of: value) { bytes.replaceSubrange(start..<start + $0.count, with: $0) }
    try bytes.write(to: URL(fileURLWithPath: path(name)))
  }
}
