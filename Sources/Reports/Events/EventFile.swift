import Boundary
import Foundation

/// An event file for TensorBoard, `events.out.tfevents.TIME.HOST`.
///
/// A run that goes on begins another file; TensorBoard reads all files of a folder as one.
package final class EventFile {
  /// Why it cannot be written.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Path of the file.
  package let path: String
  private let file: FileHandle
  private static let mostInASecond = 1_000

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - folder: An existing folder.
  ///   - step: Step after which the run goes on; 0 for its beginning.
  ///   - time: Seconds since 1970.
  /// - Throws: When it cannot be written.
  package init(
    in folder: String, after step: Int, time: Double = Date().timeIntervalSince1970
  ) throws(Failure) {
    // Host names have no characters that are special in paths.
    let host = ProcessInfo.processInfo.hostName
    let name = "\(folder)/events.out.tfevents.\(Int(time)).\(host)"
    var path = name
    let descriptor: Int32
    var number = 0
    while true {
      do throws(FileRefusal) {
        descriptor = try WrittenFile.open(path, O_WRONLY, .missing)
        break
      } catch {
        // A run may be started again within a second.
        guard error.kind == .system(code: EEXIST), number < Self.mostInASecond else {
          throw Failure(description: "\(path.shown) cannot be written: \(error.reason)")
        }
        number += 1
        path = "\(name).\(number)"
      }
    }
    self.path = path
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try write(EventRecord.version(time: time))
    try write(EventRecord.start(time: time, step: step + 1))
  }

  /// Adds values after a step.
  ///
  /// - Throws: When they cannot be written.
  package func append(
    step: Int, _ values: [(tag: String, value: Double)],
    time: Double = Date().timeIntervalSince1970
  ) throws(Failure) {
    try write(EventRecord.scalars(time: time, step: step, values))
  }

  private func write(_ record: [UInt8]) throws(Failure) {
    do {
      try file.write(contentsOf: record)
    } catch {
      throw Failure(description: "\(path.shown) cannot be written: \(error.systemReason)")
    }
  }
}
