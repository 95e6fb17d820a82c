import ArgumentParser
import Foundation

/// Feeds the program with mutants of what it reads: nothing from outside may end it by a signal,
/// hang it, take a gigabyte, or pass for what it is not.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Feeds mutants of files and messages to the parts of effnet that take them.",
    subcommands: [Run.self, Work.self, Feed.self], defaultSubcommand: Run.self)

  /// A folder in memory for what is written thousands of times.
  static func withFolder(_ body: (String) throws -> Void) throws {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    try removeFolders(in: parent)
    let folder = "\(parent)/\(prefix)\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private static let prefix = "effnet-fuzz-"

  /// Removes what processes have left that were killed.
  private static func removeFolders(in parent: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: parent) {
      guard name.hasPrefix(prefix), let pid = pid_t(name.dropFirst(prefix.count)),
        kill(pid, 0) != 0, errno == ESRCH
      else { continue }
      try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
    }
  }

  static func index(of name: String) throws -> Int {
    let names = surfaces.map { $0.name }
    guard let index = names.firstIndex(of: name) else {
      throw ValidationError("there is no surface \(name), but \(names.joined(separator: ", "))")
    }
    return index
  }

  /// `fuzz run`: all surfaces, each for its share of the time.
  struct Run: ParsableCommand {
    @Option(help: "Time for all surfaces together.") var seconds = 60.0
    @Option(help: "Seed of the mutants.") var seed: UInt64 = 1
    @Option(help: "Folder for mutants that fail.") var keep = ".build/fuzz"
    @Option(help: "File to which the results are appended, an object a line.") var history: String?
    @Option(help: "Surfaces to feed; all unless given.") var only: [String] = []

    func run() throws {
      let indices = only.isEmpty ? Array(surfaces.indices) : try only.map(Fuzz.index)
      var results: [Campaign.Result] = []
      try Fuzz.withFolder { folder in
        let campaign = Campaign(seed: seed, folder: folder, keep: keep)
        for index in indices {
          let result = try campaign.run(index, seconds: seconds / Double(indices.count))
          print(
            "\(result.surface): \(result.mutants) mutants of seed \(seed), \(result.refused) refused, "
              + "\(result.accepted) taken, \(result.failures.count) failed")
          for failure in result.failures {
            print("  \(keep)/\(result.surface)-\(seed)-\(failure.number): \(failure.how)")
          }
          results.append(result)
        }
      }
      if let history { try append(results, to: history) }
      // A surface that has taken nothing was not tried.
      if results.contains(where: { !$0.failures.isEmpty || $0.mutants == 0 }) {
        throw ExitCode.failure
      }
    }

    private struct Line: Encodable {
      let seed: UInt64
      let results: [Campaign.Result]
    }

    private func append(_ results: [Campaign.Result], to path: String) throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let old = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
      let line = try encoder.encode(Line(seed: seed, results: results))
      try (old + line + Data("\n".utf8)).write(to: URL(filePath: path))
    }
  }

  /// `fuzz work`: the part of a run that may not survive.
  struct Work: ParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)

    @Argument var surface: String
    @Option var seed: UInt64
    @Option var first: Int
    @Option var seconds: Double
    @Option var folder: String

    func run() throws {
      try Worker.run(
        Fuzz.index(of: surface), seed: seed, first: first, seconds: seconds, folder: folder)
    }
  }

  /// `fuzz feed`: one file that was kept, in this process.
  struct Feed: ParsableCommand {
    @Argument(help: "Surface that the file belongs to.") var surface: String
    @Argument(help: "The file.") var file: String

    func run() throws {
      try Fuzz.withFolder { folder in
        let surface = try surfaces[Fuzz.index(of: surface)].init(place: "\(folder)/mutant")
        do {
          try surface.feed([UInt8](Data(contentsOf: URL(filePath: file))))
          print("taken")
        } catch {
          print("\(error is Violation ? "failed" : "refused"): \(error)")
        }
      }
    }
  }
}
