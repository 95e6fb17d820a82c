import Foundation

/// Feeds all surfaces in turn, and notes what ended a worker.
struct Campaign {
  let seed: UInt64
  let folder: String
  /// Where mutants that fail are kept.
  let keep: String

  /// What became of the mutants of one surface.
  struct Result: Encodable {
    let surface: String
    var mutants = 0
    var refused = 0
    var accepted = 0
    var failures: [Failure] = []
  }

  /// A mutant that ended the program, or that it should not have taken.
  struct Failure: Encodable {
    let number: Int
    let how: String
  }

  /// Failures after which a surface is left: the rest is likely to be the same.
  private static let failureLimit = 20

  /// Feeds one surface.
  func run(_ index: Int, seconds: Double) throws -> Result {
    var result = Result(surface: surfaces[index].name)
    let end = Date(timeIntervalSinceNow: seconds)
    var next = 0
    while Date() < end && result.failures.count < Self.failureLimit {
      let how = try work(index, first: next, seconds: end.timeIntervalSinceNow)
      let progress = try progress()
      result.refused += progress.refused
      result.accepted += progress.accepted
      next = progress.number
      if let how {
        result.failures.append(Failure(number: next, how: how))
        try save(index, number: next)
        next += 1
      }
    }
    result.mutants = next
    return result
  }

  /// Has a worker go on, and returns how it ended where that was not for the time.
  private func work(_ index: Int, first: Int, seconds: Double) throws -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "work", surfaces[index].name, "--seed", "\(seed)", "--first", "\(first)", "--seconds",
      "\(max(0, seconds))", "--folder", folder,
    ]
    var environment = ProcessInfo.processInfo.environment
    // A trace of what a mutant did to the runtime takes longer than a thousand mutants.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    switch (process.terminationReason, process.terminationStatus) {
    case (.exit, 0): return nil
    case (.exit, let code):
      return "code \(code): " + String(decoding: said.prefix(300), as: UTF8.self)
    case (_, SIGALRM): return "more than \(Worker.patience) s"
    case (_, let signal): return "signal \(signal)"
    }
  }

  private func progress() throws -> Worker.Progress {
    let data = try Data(contentsOf: URL(filePath: Worker.progressPath(folder)))
    guard data.count == MemoryLayout<Worker.Progress>.size else { return Worker.Progress() }
    return data.withUnsafeBytes { $0.loadUnaligned(as: Worker.Progress.self) }
  }

  private func save(_ index: Int, number: Int) throws {
    try FileManager.default.createDirectory(atPath: keep, withIntermediateDirectories: true)
    let surface = try surfaces[index].init(place: "\(folder)/mutant")
    let mutant = try Worker.mutant(surface, index, seed: seed, number: number)
    try Data(mutant).write(
      to: URL(filePath: "\(keep)/\(surfaces[index].name)-\(seed)-\(number)"))
  }
}
