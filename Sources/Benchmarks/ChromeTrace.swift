internal import Boundary
import Foundation
import Networks
import Training

/// The laps of a step as a file for chrome://tracing or Perfetto.
///
/// A JSON object whose `traceEvents` are complete events (`"ph": "X"`), in microseconds from the
/// beginning of the step, which all ranks begin together. Each rank writes a file of its own, so
/// that nothing is gathered: `PATH` on rank 0, `PATH.rankN` on rank N. Its number is the process,
/// the thread is 0.
struct ChromeTrace {
  private let path: String
  private let rank: Int

  private struct File: Encodable {
    let traceEvents: [Event]
    let displayTimeUnit = "ms"
  }

  private struct Event: Encodable {
    let name, cat: String
    let ph = "X"
    let ts, dur: Double
    let pid: Int
    let tid = 0
    let args: Arguments
  }

  private struct Arguments: Encodable {
    let readBytes, writtenBytes, multiplyAdds: Int
  }

  /// Makes sure that the file can be written, before anything is measured.
  init(path: String, rank: Int) throws(TrainingError) {
    self.path = rank == 0 ? path : "\(path).rank\(rank)"
    self.rank = rank
    try writing {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: self.path, isDirectory: &isFolder),
        isFolder.boolValue
      {
        throw TrainingError(.output, "the trace \(self.path) is a folder; choose another --trace")
      }
      let probe = URL(fileURLWithPath: "\(self.path).\(UUID().uuidString)")
      try Data().write(to: probe)
      try FileManager.default.removeItem(at: probe)
    }
  }

  /// Writes the file beside its name and renames it.
  ///
  /// - Parameter places: Names of the places, see ``StepProfile/placeNames(_:)``.
  func write(_ events: [StepProfile.Event], places: [String]) throws(TrainingError) {
    let file = File(
      traceEvents: events.map {
        Event(
          name: "\($0.operation.name) \(places[$0.place])", cat: "\($0.phase)",
          ts: Double($0.startNanoseconds) / 1000, dur: Double($0.nanoseconds) / 1000, pid: rank,
          args: Arguments(
            readBytes: $0.read * MemoryLayout<Float>.stride,
            writtenBytes: $0.written * MemoryLayout<Float>.stride, multiplyAdds: $0.multiplyAdds))
      })
    try writing {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
      let kind = try? FileManager.default.attributesOfItem(atPath: target.path)[.type]
      // A device or a pipe is written to; renaming would replace it by a file.
      let isFile = kind.map { $0 as? FileAttributeType == .typeRegular } ?? true
      try encoder.encode(file).write(to: target, options: isFile ? .atomic : [])
    }
  }

  /// Tells the errors of Foundation in the program's own words.
  private func writing(_ body: () throws -> Void) throws(TrainingError) {
    do { try body() } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(
        .output,
        "the trace \(path) cannot be written: \(error.systemReason); choose another --trace")
    }
  }
}
