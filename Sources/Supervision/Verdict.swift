import Boundary
import Foundation

/// Why a job ends whose ranks could not all go on.
package struct Verdict: Codable, Sendable, Equatable {
  /// Exit codes of the program.
  package enum Code: Int32, Codable, Sendable {
    case lost = 4
    case stuck = 5
  }

  /// Exit code of all ranks.
  package let code: Code
  /// One line: who, where, in which phase, why, what to do.
  package let message: String
  /// The rank that is to blame.
  package let rank: Int
  /// The name of its host.
  package let host: String
  /// The number of its process there.
  package let pid: Int32
  /// What it did when it was last heard, see ``Activity/Phase``.
  package let phase: String
  /// The step that it did it in, or after.
  package let step: Int
  /// Whether its host no longer answers, as opposed to a process that ended or is stuck.
  package let unreachable: Bool
  /// The start of the run that it ends, see ``startVariable``.
  package let start: Int?

  /// Names the number of the start that `effnet launch` gives its ranks, higher each time. Ranks on
  /// a host that is cut off may find out about the end of theirs after the next has begun.
  package static let startVariable = "EFFNET_START"
  private static let ownStart = ProcessInfo.processInfo.environment[startVariable].flatMap {
    Int($0)
  }

  init(
    _ code: Code, rank: Int, _ member: Member, _ pulse: Pulse, unreachable: Bool = false,
    _ problem: String
  ) {
    self.code = code
    self.rank = rank
    host = member.host
    pid = member.pid
    phase = "\(pulse.phase)"
    step = pulse.currentStep
    self.unreachable = unreachable
    start = Self.ownStart
    message = "\(member.name(rank: rank)) \(problem)"
  }

  /// Path of the file in a run's folder.
  package static func path(inFolder folder: String) -> String { "\(folder)/ranks/verdict.json" }

  /// The verdict in a file, if it is one.
  package init?(atPath path: String) {
    guard let bytes = try? RegularFile(path).contents(limit: Self.mostBytes),
      let verdict = try? JSONDecoder().decode(Self.self, from: Data(bytes))
    else { return nil }
    self = verdict
  }

  private static let mostBytes = 1 << 16

  /// Whether this process is the first to write the file.
  ///
  /// - Returns: False where there is one already, of this start or a later one; true, too, where
  ///   none can be written.
  package func claim(_ path: String) -> Bool {
    // A run that is only starting has no folder yet.
    let folder = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if let start, let old = Verdict(atPath: path), old.start ?? 0 < start { unlink(path) }
    let file: Int32
    do throws(FileRefusal) {
      file = try WrittenFile.open(path, O_WRONLY, .missing, folderIsReal: true)
    } catch { return error.kind != .system(code: EEXIST) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = ((try? encoder.encode(self)) ?? Data()) + Data("\n".utf8)
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: text)
      try handle.close()
    } catch {
      // A part of it would be taken for a verdict that nobody can read.
      unlink(path)
    }
    return true
  }
}
