import Boundary
import Foundation
import Training

/// `timing.jsonl`: nothing depends on it, and what cannot be read is left out.
enum SlotFile {
  /// Most bytes: a million lines.
  private static let byteLimit = 1 << 28

  /// Reads all of them.
  ///
  /// - Parameter headway: Is told of each line.
  static func read(_ path: String, _ headway: Headway) throws(TrainingError) -> [Slot] {
    guard let bytes = try? RegularFile(path).contents(limit: byteLimit) else { return [] }
    var slots: [Slot] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      try headway.note()
      guard let slot = try? JSONDecoder().decode(Slot.self, from: Data(line)), slot.isSound else {
        continue
      }
      slots.append(slot)
    }
    return slots
  }
}

extension Slot {
  /// Whether its numbers can be drawn.
  fileprivate var isSound: Bool {
    !ranks.isEmpty && ranks.count <= rankCount && seconds >= 0 && end >= sessionStart
      && (0...seconds).contains(startSeconds) && trainedEpochs >= 0
      && [seconds, end, sessionStart, trainedEpochs].allSatisfy(\.isFinite)
  }
}
