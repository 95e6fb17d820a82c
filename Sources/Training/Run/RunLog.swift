import Boundary
import Foundation

/// The files that tell about a run: one JSON object a line in `log.jsonl`, and `summary.json`.
///
/// Written by rank 0 alone.
final class RunLog {
  /// A logged step.
  struct Step: Codable {
    let step: Int
    let epoch: Double
    let loss, top1, learningRate, imagesPerSecond, secondsPerStep: Double
    /// Not for at most ten classes.
    let top5: Double?
    /// Share of the time spent waiting for images; not in the logs of earlier versions.
    let waiting: Double?
    /// The rank that computed longest and its host, and by which part it took longer than the
    /// median; where there are several ranks.
    let slowestRank: Int?
    let slowestHost: String?
    let slowestRankExcess: Double?
    /// The share of the time that the rank waited for images that waited longest.
    let longestWaiting: Double?

    init(_ report: TrainingReport) {
      step = report.step
      epoch = report.epoch
      loss = report.loss
      top1 = report.top1
      top5 = report.top5
      learningRate = report.learningRate
      imagesPerSecond = report.imagesPerSecond
      secondsPerStep = report.secondsPerStep
      waiting = report.waiting
      slowestRank = report.pace?.slowestRank
      slowestHost = report.pace?.slowestHost
      slowestRankExcess = report.pace?.excess
      longestWaiting = report.pace?.longestWaiting
    }
  }

  /// A logged evaluation.
  struct Validation: Codable {
    let step: Int
    let epoch, validationLoss, validationTop1: Double
    /// Not for at most ten classes.
    let validationTop5: Double?
  }

  /// Something else that happened: a step was skipped, or waited for a checkpoint.
  struct Notice: Codable {
    let step: Int
    let notice: String
  }

  /// The outcome of a run.
  struct Summary: Codable {
    let top1, top5: Double?
    let step: Int
    let seconds, imagesPerSecond: Double
    let ranks: Int
    let stateSHA256: String
  }

  /// All logged steps, from the beginning of the run.
  private(set) var steps: [Step] = []
  /// All logged evaluations.
  private(set) var validations: [Validation] = []
  private let folder: RunFolder
  private let file: FileHandle
  private static let name = "log.jsonl"
  // The line of a step has less than 300 bytes: more than three million of them.
  private static let byteLimit = 1 << 30
  // Names of hosts and notices are in a line, too.
  private static let lineByteLimit = 1 << 16

  /// Opens the log, and drops what was logged after `step`: those steps will be taken again.
  ///
  /// - Parameter evaluatesAgain: Whether the evaluation after `step` itself is repeated, too.
  init(
    _ folder: RunFolder, continuingAt step: Int, evaluatesAgain: Bool
  ) throws(TrainingError) {
    self.folder = folder
    let path = folder.file(Self.name)
    let kept: [String]
    let descriptor: Int32
    do throws(FileRefusal) {
      // Makes it where it is missing; something else in its place is refused.
      close(try WrittenFile.open(path, O_WRONLY, .regular))
      kept = try Self.lines(of: RegularFile(path)) {
        let isRepeated = evaluatesAgain && $0.validationLoss != nil
        return isRepeated ? $0.step < step : $0.step <= step
      }
    } catch { throw Self.unwritable(path, error) }
    try folder.write(kept.map { $0 + "\n" }.joined(), to: Self.name)
    do throws(FileRefusal) {
      descriptor = try WrittenFile.open(path, O_WRONLY | O_APPEND, .ownName)
    } catch { throw Self.unwritable(path, error) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    for line in kept.map({ Data($0.utf8) }) {
      if let step = try? JSONDecoder().decode(Step.self, from: line) {
        steps.append(step)
      } else if let validation = try? JSONDecoder().decode(Validation.self, from: line) {
        validations.append(validation)
      }
    }
  }

  /// What tells where in a run a line was logged.
  private struct Position: Decodable {
    let step: Int
    let validationLoss: Double?
  }

  /// The lines of a log that are whole and wanted.
  ///
  /// - Throws: When it has more bytes than a log can have.
  private static func lines(
    of file: RegularFile, where isWanted: (Position) -> Bool
  ) throws(FileRefusal) -> [String] {
    try file.requireAtMost(byteLimit)
    var kept: [String] = []
    var line: [UInt8] = []
    func add(_ bytes: Slice<UnsafeRawBufferPointer>) {
      // A longer line is none of this program's, and a part of it is no JSON.
      line += bytes.prefix(max(0, lineByteLimit - line.count))
    }
    func finishLine() {
      if let position = try? JSONDecoder().decode(Position.self, from: Data(line)),
        isWanted(position)
      {
        kept.append(String(decoding: line, as: UTF8.self))
      }
      line = []
    }
    try file.forEachPiece(of: 0..<file.byteCount) { piece in
      var rest = piece[...]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        add(rest[..<end])
        finishLine()
        rest = rest[(end + 1)...]
      }
      add(rest)
    }
    finishLine()
    return kept
  }

  private static func unwritable(_ path: String, _ refusal: FileRefusal) -> TrainingError {
    let advice = refusal.kind == .tooLarge ? "; move it away, or choose another --output" : ""
    return TrainingError(.output, "\(path) cannot be written: \(refusal.reason)\(advice)")
  }

  /// Adds the line of a step.
  func append(_ step: Step) throws(TrainingError) {
    try write(step)
    steps.append(step)
  }

  /// Adds the line of an evaluation.
  func append(_ validation: Validation) throws(TrainingError) {
    try write(validation)
    validations.append(validation)
  }

  /// Adds the line of something else.
  func append(_ notice: Notice) throws(TrainingError) { try write(notice) }

  private func write(_ entry: some Encodable) throws(TrainingError) {
    do {
      try file.write(contentsOf: Self.encode(entry, .sortedKeys) + Data("\n".utf8))
    } catch {
      throw TrainingError(
        .output, "\(folder.file(Self.name)) cannot be written: \(error.systemReason)")
    }
  }

  /// Writes the outcome.
  func finish(_ summary: Summary) throws(TrainingError) {
    let data = (try? Self.encode(summary, [.sortedKeys, .prettyPrinted])) ?? Data()
    try folder.write(String(decoding: data, as: UTF8.self) + "\n", to: "summary.json")
  }

  private static func encode(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    return try encoder.encode(value)
  }
}
