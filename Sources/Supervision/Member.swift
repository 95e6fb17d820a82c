import Foundation

/// A process of a job, as it introduces itself to the others before they watch over each other.
package struct Member: Codable, Sendable, Equatable {
  /// Name of its host.
  package let host: String
  /// Its number there.
  package let pid: Int32
  /// Bytes of memory that the processes of the host, or of its container, have together.
  package let memory: Int
  /// Where the others meet it, if it is the first.
  package let meetingPoint: MeetingPoint?

  /// This process.
  ///
  /// - Parameters:
  ///   - memory: Bytes that the processes of the host have together.
  ///   - meetingPoint: Of rank 0.
  package init(memory: Int, meetingPoint: MeetingPoint?) {
    self.init(
      host: ProcessInfo.processInfo.hostName, pid: getpid(), memory: memory,
      meetingPoint: meetingPoint)
  }

  /// A process as it is described.
  package init(host: String, pid: Int32, memory: Int, meetingPoint: MeetingPoint?) {
    self.host = host
    self.pid = pid
    self.memory = memory
    self.meetingPoint = meetingPoint
  }

  /// How messages call it.
  func name(rank: Int) -> String { "rank \(rank) (pid \(pid) on host \(host))" }
}

extension [Member] {
  /// Who speaks where rank 0 cannot: the first on another host than rank 0's, or else the next.
  package var deputy: Int { firstIndex { $0.host != self[0].host } ?? Swift.min(1, count - 1) }
}
