import Boundary
import Foundation

/// `timing.jsonl`: nothing depends on it, and what cannot be read is left out.
enum SlotFile {
  /// Most bytes: a million lines.
  private static let byteLimit = 1 << 28

  static func read(_ path: String) -> [Slot] {
    guard let bytes = try? RegularFile(path).contents(limit: byteLimit) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      (try? JSONDecoder().decode(Slot.self, from: Data(line))).flatMap { $0.isSound ? $0 : nil }
    }
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
