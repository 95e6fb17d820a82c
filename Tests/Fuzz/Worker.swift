import Foundation

/// The process that is fed: it may be ended by a mutant, by the clock or for lack of memory.
enum Worker {
  /// Seconds for one mutant.
  static let patience: UInt32 = 5
  /// Bytes of memory of its own: mutants are smaller than a megabyte.
  static let memory = 1 << 30

  /// What has been done, in the file that outlives the process.
  struct Progress {
    /// Mutant under way.
    var number = 0
    var refused = 0
    var accepted = 0
  }

  /// Feeds mutants from `first` on until the time is over.
  static func run(
    _ surfaceIndex: Int, seed: UInt64, first: Int, seconds: Double, folder: String
  ) throws {
    let file = open(progressPath(folder), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw Violation(description: "\(folder) cannot be written") }
    let surface = try surfaces[surfaceIndex].init(place: "\(folder)/mutant")
    limitMemory()
    var progress = Progress(number: first)
    let end = Date(timeIntervalSinceNow: seconds)
    repeat {
      withUnsafeBytes(of: progress) { _ = pwrite(file, $0.baseAddress, $0.count, 0) }
      let mutant = try mutant(surface, surfaceIndex, seed: seed, number: progress.number)
      alarm(patience)
      do {
        try surface.feed(mutant)
        progress.accepted += 1
      } catch let violation as Violation {
        print("\(violation)")
        exit(EXIT_FAILURE)
      } catch {
        progress.refused += 1
      }
      progress.number += 1
    } while Date() < end
    alarm(0)
    withUnsafeBytes(of: progress) { _ = pwrite(file, $0.baseAddress, $0.count, 0) }
  }

  /// A mutant, which follows from its numbers alone.
  static func mutant(
    _ surface: any Surface, _ surfaceIndex: Int, seed: UInt64, number: Int
  ) throws -> [UInt8] {
    var random = Mutator(seed: seed, surface: surfaceIndex, number: number)
    let example = random.below(surface.examples.count)
    var mutant = surface.examples[example]
    random.mutate(&mutant, kept: surface.kept(example: example), words: surface.words)
    try surface.seal(&mutant, example: example, &random)
    return mutant
  }

  static func progressPath(_ folder: String) -> String { "\(folder)/progress" }

  private static func limitMemory() {
    var limit = rlimit(rlim_cur: rlim_t(memory), rlim_max: rlim_t(memory))
    setrlimit(__rlimit_resource_t(bitPattern: RLIMIT_DATA.rawValue), &limit)
  }
}
