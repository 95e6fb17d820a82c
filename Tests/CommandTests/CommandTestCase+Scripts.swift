import Foundation

extension CommandTestCase {
  /// The folder `Cluster` of this package.
  static let scripts = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Cluster")

  /// Copies scripts of `Cluster` into a folder of the same name within `tree`.
  func copyScripts(_ names: [String], to tree: String) throws {
    try FileManager.default.createDirectory(
      atPath: path("\(tree)/Cluster"), withIntermediateDirectories: true)
    for name in names {
      try FileManager.default.copyItem(
        at: Self.scripts.appending(path: name),
        to: folder.appending(path: "\(tree)/Cluster/\(name)"))
    }
  }

  /// Runs a command line that ends within seconds, and returns its exit code and what it has said
  /// on standard error.
  func execute(_ command: [String]) throws -> (code: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "60"] + command
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}
